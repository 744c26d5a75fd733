package dev.tidemark.speed;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.PublicationLog;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SourceState;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that a publication has switched to other definition sets, and ends the increments of those that it has
 * replaced.
 *
 * <p>The serving processes take over for themselves once they have loaded the publication; until then they fold what
 * has been replaced, so it is streamed for a while yet. What is stopped too early costs freshness, never an event: they
 * go over to the other set as soon as that has counted as much.
 */
final class Retirement implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Retirement.class);

    /** How long what has been replaced is streamed on. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Deployment deployment;
    private final StreamedSets planned;
    private final PublicationLog publications;
    private final Admin admin;
    private List<Long> seen = List.of();
    private StreamedSets wanted;
    private long changedNanos = System.nanoTime();
    private boolean retired;

    Retirement(Deployment deployment, SpeedPlan plan) {
        this.deployment = deployment;
        this.planned = plan.sets();
        this.wanted = plan.sets();
        this.publications = deployment.warehouse().publications();
        this.admin = Admin.create(deployment.kafkaAdmin());
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
        return !retired && wanted.outgoing().isEmpty() && System.nanoTime() - changedNanos > GRACE.toNanos();
    }

    /** Deletes the increments of what was published once and has been replaced, now or before this process was started. */
    void retire() {
        retired = true;
        try {
            Set<String> replaced = replaced();
            admin.deleteTopics(replaced).all().get();
            replaced.forEach(topic -> LOG.info("retired {}", topic));
        } catch (ExecutionException e) {
            LOG.warn(
                    "increments that have been replaced are not deleted: {}",
                    e.getCause().getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Set<String> replaced() throws ExecutionException, InterruptedException {
        Set<String> others = new HashSet<>(admin.listTopics().names().get());
        others.removeIf(topic -> deployment.sources().stream()
                .noneMatch(source -> topic.startsWith(deployment.incrementsPrefix(source.name()))));
        wanted.stated().forEach(ref -> others.remove(deployment.incrementsTopic(ref.source(), ref.id())));
        if (others.isEmpty()) {
            return others;
        }
        // What was never published may be another process's: it is left alone.
        Set<String> published = new HashSet<>();
        for (long number : publications.numbers()) {
            publications.read(number).ifPresent(publication -> published.addAll(topics(publication)));
        }
        others.retainAll(published);
        return others;
    }

    private Set<String> topics(Publication publication) {
        return publication.sources().entrySet().stream()
                .map(source -> topic(source.getKey(), source.getValue()))
                .collect(Collectors.toSet());
    }

    private String topic(String source, SourceState state) {
        return deployment.incrementsTopic(source, state.definitionSet());
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(1));
    }
}
