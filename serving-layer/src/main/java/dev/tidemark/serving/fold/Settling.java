package dev.tidemark.serving.fold;

import java.util.Map;
import java.util.TreeMap;

/**
 * Whether what a feed had read when it caught up has been counted. A feed reads faster than gaps between increments are
 * closed, and what lies above a gap has been counted only then. Not thread-safe.
 */
final class Settling {

    private final RunningGeneration running;
    private Map<Integer, Long> reached;

    Settling(RunningGeneration running) {
        this.running = running;
    }

    /** Whether all of it has been counted, but for what waits for an event whose increment is not there. */
    boolean hasEnded() {
        if (!running.feed().caughtUp()) {
            return false;
        }
        if (reached == null) {
            reached = reached();
        }
        return reached.entrySet().stream()
                .allMatch(reach -> running.gaps().hasSettled(reach.getKey(), reach.getValue()));
    }

    private Map<Integer, Long> reached() {
        Map<Integer, Long> ends = new TreeMap<>();
        Generation generation = running.generation();
        generation.progress().keySet().forEach(partition -> ends.put(partition, generation.reach(partition)));
        return ends;
    }
}
