package dev.tidemark.serving.live;

import java.time.Duration;

/**
 * How much is listened to at once, and how long in silence.
 *
 * @param streams how many clients
 * @param queries how many different queries
 * @param heartbeat after how long without anything else a stream beats
 */
public record Limits(int streams, int queries, Duration heartbeat) {

    /** What is allowed, but in tests. */
    public static final Limits USUAL = new Limits(1_000, 100, Duration.ofSeconds(5));
}
