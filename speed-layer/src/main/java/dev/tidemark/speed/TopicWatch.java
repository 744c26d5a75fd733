package dev.tidemark.speed;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.deployment.UnavailableException;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;

/** Notices while the query runs that a source's topic has become another: what Spark would not, or too late. */
final class TopicWatch implements AutoCloseable {

    private final SpeedPlan plan;
    private final Admin admin;

    TopicWatch(Deployment deployment, SpeedPlan plan) {
        this.plan = plan;
        this.admin = Admin.create(deployment.kafkaAdmin());
    }

    /**
     * Whether a topic has more partitions than the query reads.
     *
     * @throws dev.tidemark.deployment.RefusedException if a topic was created again
     */
    boolean partitionsAdded() {
        boolean added = false;
        for (SpeedSource source : plan.all()) {
            try {
                SourceLog now = SourceLog.of(admin, source.source().topic());
                now.requireKnown(source.source(), Set.of(source.log().id()));
                added |= now.partitions() > source.log().partitions();
            } catch (UnavailableException e) {
                // The broker is restarting, perhaps; Spark's own consumers retry, or end the query.
            }
        }
        return added;
    }

    @Override
    public void close() {
        admin.close();
    }
}
