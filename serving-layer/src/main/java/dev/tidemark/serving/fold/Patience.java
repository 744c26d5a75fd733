package dev.tidemark.serving.fold;

import java.time.Duration;

/**
 * What is allowed for before the serving layer takes something for certain.
 *
 * @param increment how long the increment of an event is waited for before the event counts as missing
 * @param clocks how far the clocks of those who take the cut may be ahead of the broker's
 */
public record Patience(Duration increment, Duration clocks) {

    /** What is allowed for, but in tests. */
    public static final Patience USUAL = new Patience(Duration.ofSeconds(10), Duration.ofMinutes(5));
}
