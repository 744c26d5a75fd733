package dev.tidemark.serving.fold;

/** Wakes those who wait until more has been counted. Thread-safe. */
final class Progressed {

    private long times;

    /** How often there has been progress; ask before looking, so that none is missed. */
    synchronized long times() {
        return times;
    }

    synchronized void signal() {
        times++;
        notifyAll();
    }

    /** Returns when there has been progress since {@link #times} was {@code seen}, or at the deadline. */
    synchronized void await(long seen, long deadlineNanos) throws InterruptedException {
        while (times == seen) {
            long left = (deadlineNanos - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return;
            }
            wait(left);
        }
    }
}
