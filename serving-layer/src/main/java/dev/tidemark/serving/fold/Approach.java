package dev.tidemark.serving.fold;

import dev.tidemark.view.Tail.Progress;
import java.time.Duration;
import java.util.Map;

/**
 * Whether a generation still comes closer to what the one before it had counted. The other one counts on meanwhile, so
 * closeness is measured against where it stood, and once that is reached, against where it stands then. Not
 * thread-safe.
 */
final class Approach {

    private final Generation before;
    private final Generation next;
    private final Duration patience;
    private Map<Integer, Progress> goal;
    private long least = Long.MAX_VALUE;
    private long sinceNanos = System.nanoTime();

    /** @param patience for how long it may come no closer */
    Approach(Generation before, Generation next, Duration patience) {
        this.before = before;
        this.next = next;
        this.patience = patience;
        this.goal = before.progress();
    }

    /** Whether it has come no closer for longer than the patience. */
    boolean hasEnded() {
        long behind = next.behind(goal);
        if (behind < least) {
            least = behind;
            sinceNanos = System.nanoTime();
        }
        if (behind == 0) {
            goal = before.progress();
            least = Long.MAX_VALUE;
        }
        return System.nanoTime() - sinceNanos > patience.toNanos();
    }
}
