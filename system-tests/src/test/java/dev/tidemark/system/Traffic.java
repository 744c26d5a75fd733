package dev.tidemark.system;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends flights in the background, so many a second, a late one and something malformed now and then; once it is closed,
 * all that was sent is acknowledged.
 */
final class Traffic implements AutoCloseable {

    private static final int FLIGHTS_PER_MALFORMED = 50;
    private static final int FLIGHTS_PER_LATE = 40;
    private static final Duration LATENESS = Duration.ofHours(2);

    private final FlightLog log;
    private final Thread thread;
    private volatile boolean stopped;

    Traffic(FlightLog log, List<Flight> flights, int perSecond) {
        this.log = log;
        thread = new Thread(() -> send(flights, 1_000_000_000L / perSecond), "traffic");
        thread.start();
    }

    private void send(List<Flight> flights, long nanosBetween) {
        long next = System.nanoTime();
        int sent = 0;
        for (Flight flight : flights) {
            if (stopped) {
                return;
            }
            sent++;
            Instant recorded = sent % FLIGHTS_PER_LATE == 0 ? flight.date().plus(LATENESS) : flight.date();
            log.send(flight, recorded.toEpochMilli());
            if (sent % FLIGHTS_PER_MALFORMED == 0) {
                log.sendMalformed();
            }
            next += nanosBetween;
            LockSupport.parkNanos(next - System.nanoTime());
        }
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        log.flush();
    }
}
