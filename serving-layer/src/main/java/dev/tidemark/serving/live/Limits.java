package dev.tidemark.serving.live;

/**
 * How much is listened to at once.
 *
 * @param streams how many clients
 * @param queries how many different queries
 */
public record Limits(int streams, int queries) {

    /** What is allowed, but in tests. */
    public static final Limits USUAL = new Limits(1_000, 100);
}
