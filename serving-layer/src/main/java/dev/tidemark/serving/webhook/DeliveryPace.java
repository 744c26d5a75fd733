package dev.tidemark.serving.webhook;

import java.time.Duration;

/**
 * How patiently alerts are delivered.
 *
 * @param timeout how long a receiver may take to answer
 * @param first how long is waited before a second attempt; twice as long before each next one
 * @param longest how long is waited between two attempts at most
 * @param renewal how often it is committed how far it has come, also where nothing comes: a broker forgets what was
 *     committed a week ago
 */
public record DeliveryPace(Duration timeout, Duration first, Duration longest, Duration renewal) {

    /** How patiently, but in tests. */
    public static final DeliveryPace USUAL =
            new DeliveryPace(Duration.ofSeconds(10), Duration.ofSeconds(1), Duration.ofMinutes(1), Duration.ofDays(1));
}
