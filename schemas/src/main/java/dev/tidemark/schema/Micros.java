package dev.tidemark.schema;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Times as microseconds of the epoch, which is how increments and panes hold them. */
public final class Micros {

    private static final long PER_SECOND = 1_000_000;

    private Micros() {}

    /**
     * The microseconds from the epoch to {@code time}, rounded down.
     *
     * @throws ArithmeticException if they do not fit a long, in years beyond ±290000
     */
    public static long of(Instant time) {
        // ChronoUnit.MICROS.between counts nanoseconds first, which end in the year 2262.
        return Math.addExact(Math.multiplyExact(time.getEpochSecond(), PER_SECOND), time.getNano() / 1_000);
    }

    /** The time that many microseconds after the epoch. */
    public static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
}
