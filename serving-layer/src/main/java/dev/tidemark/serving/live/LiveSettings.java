package dev.tidemark.serving.live;

import java.time.Duration;

/**
 * How live queries are listened to.
 *
 * @param streams how many clients at once
 * @param queries how many different queries they may ask
 * @param heartbeat after how long without anything else a stream beats
 */
public record LiveSettings(int streams, int queries, Duration heartbeat) {

    /** What is allowed, but in tests. */
    public static final LiveSettings USUAL = new LiveSettings(1_000, 100, Duration.ofSeconds(5));
}
