package dev.tidemark.speed;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.PublicationLog;
import dev.tidemark.deployment.RefusedException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that a publication has switched to other definition sets, and when those that it has replaced need not be
 * streamed any more. Their increments are kept, since what an earlier publication held may be published again.
 *
 * <p>The serving processes take over for themselves once they have loaded the publication; until then they fold what
 * has been replaced, so it is streamed for a while yet. What is stopped too early costs freshness, never an event: they
 * go over to the other set as soon as that has counted as much.
 */
final class Retirement {

    private static final Logger LOG = LoggerFactory.getLogger(Retirement.class);

    /** How long what has been replaced is streamed on. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Deployment deployment;
    private final StreamedSets planned;
    private final PublicationLog publications;
    private List<Long> seen = List.of();
    private StreamedSets wanted;
    private long changedNanos = System.nanoTime();

    Retirement(Deployment deployment, SpeedPlan plan) {
        this.deployment = deployment;
        this.planned = plan.sets();
        this.wanted = plan.sets();
        this.publications = deployment.warehouse().publications();
    }

    /** Whether what is to be streamed has become something that the running queries do not stream. */
    boolean replan() {
        List<Long> now = publications.numbers();
        if (!now.equals(seen)) {
            seen = now;
            look();
        }
        return !planned.stated().containsAll(wanted.stated())
                || !planned.outgoing().containsAll(wanted.outgoing());
    }

    private void look() {
        try {
            StreamedSets before = wanted;
            wanted = StreamedSets.of(deployment, publications.latest());
            if (!before.equals(wanted)) {
                changedNanos = System.nanoTime();
            }
        } catch (RefusedException e) {
            LOG.error("{}; what runs goes on", e.getMessage());
        }
    }

    /** Whether nothing of what is outgoing answers any more, and that for a while. */
    boolean isDue() {
        return wanted.outgoing().isEmpty() && System.nanoTime() - changedNanos > GRACE.toNanos();
    }
}
