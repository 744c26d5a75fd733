package dev.tidemark.serving.fold;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.schema.Source;
import dev.tidemark.serving.follow.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches a source's topic, in a thread of its own: where it ends, whether it is still the same log, whether it has got
 * more partitions, and what lies at the offsets that no increment covers.
 */
final class SourceWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SourceWatch.class);
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final Duration CLOSING = Duration.ofMillis(300);
    private static final Duration DESCRIBE = Duration.ofSeconds(1);
    private static final Duration AFTER_FAILURE = Duration.ofMillis(500);

    private final Deployment deployment;
    private final Source source;
    private final Supplier<List<RunningGeneration>> generations;
    private final Progressed progressed;
    private final Lag lag = new Lag(Instant.now());
    private final Admin admin;
    private final CommittedLog committed;
    private final Worker worker;
    private String problem = "";
    private long described = System.nanoTime() - DESCRIBE.toNanos();
    private volatile int partitions;
    private volatile Optional<String> replaced = Optional.empty();
    private volatile boolean closed;

    /** @param generations those that are to be kept up to date */
    SourceWatch(
            Deployment deployment,
            Source source,
            Supplier<List<RunningGeneration>> generations,
            Progressed progressed) {
        this.deployment = deployment;
        this.source = source;
        this.generations = generations;
        this.progressed = progressed;
        this.admin = Admin.create(deployment.kafkaAdmin());
        this.committed = new CommittedLog(deployment.kafkaClient(), source.topic());
        this.worker = new Worker(this::run, "watch-" + source.name());
    }

    void start() {
        worker.start();
    }

    /** Where the log ends, and how far behind it something is. */
    Lag lag() {
        return lag;
    }

    /** How many partitions the topic has; zero before it has been found. */
    int partitions() {
        return partitions;
    }

    /** What to say if the topic has been created again since the generations were made. */
    Optional<String> replaced() {
        return replaced;
    }

    private void run() {
        try {
            while (!closed) {
                Thread.sleep((turn() ? LOOK : AFTER_FAILURE).toMillis());
            }
        } catch (InterruptedException e) {
            LOG.debug("stopped watching source {}", source.name());
        }
    }

    /** Looks once, and returns whether all could be seen. */
    private boolean turn() {
        List<RuntimeException> failures = new ArrayList<>();
        if (System.nanoTime() - described >= DESCRIBE.toNanos()) {
            attempt(this::describe, failures);
            described = System.nanoTime();
        }
        if (partitions > 0 && attempt(this::observe, failures)) {
            closeGaps(failures);
        }
        report(failures);
        return failures.isEmpty();
    }

    /** What {@code look} says, or false if it fails: that must not keep the rest from being looked at. */
    private static boolean attempt(BooleanSupplier look, List<RuntimeException> failures) {
        try {
            return look.getAsBoolean();
        } catch (RuntimeException e) {
            failures.add(e);
            return false;
        }
    }

    /** The same problem is reported once, however long it lasts. */
    private void report(List<RuntimeException> failures) {
        String now =
                failures.stream().map(RuntimeException::toString).distinct().collect(Collectors.joining("; "));
        if (closed || now.equals(problem)) {
            return;
        }
        problem = now;
        for (RuntimeException failure : failures) {
            boolean expected = failure instanceof KafkaException || failure instanceof UnavailableException;
            LOG.warn(
                    "cannot see where topic {} ends, and look again: {}",
                    source.topic(),
                    failure.getMessage(),
                    expected ? null : failure);
        }
    }

    /** Looks where the log ends. */
    private boolean observe() {
        lag.observe(Instant.now(), committed.ends(partitions));
        return true;
    }

    /**
     * Closes what can be closed, of each partition in turn: a tail read at start-up may have thousands of gaps. For so
     * long only that the log's end stays known.
     */
    private void closeGaps(List<RuntimeException> failures) {
        long deadline = System.nanoTime() + CLOSING.toNanos();
        boolean found;
        do {
            found = false;
            for (RunningGeneration running : generations.get()) {
                for (Map.Entry<Integer, Long> end : lag.ends().entrySet()) {
                    found |= attempt(() -> look(running, end.getKey(), end.getValue()), failures);
                }
            }
        } while (found && failures.isEmpty() && System.nanoTime() < deadline && !closed);
    }

    private boolean look(RunningGeneration running, int partition, long end) {
        boolean found = running.generation().folds()
                && running.generation().counts(partition)
                && running.gaps().look(partition, end, committed);
        if (found) {
            progressed.signal();
        }
        return found;
    }

    /** Looks at the topics' descriptions, and returns whether the source's is still the same log. */
    private boolean describe() {
        SourceLog log = SourceLog.of(admin, source.topic());
        for (RunningGeneration running : generations.get()) {
            Generation generation = running.generation();
            if (!isSame(log, generation)) {
                return false;
            }
            for (int partition = 0; partition < log.partitions(); partition++) {
                // Those that were there when it was made have been started at their cut.
                generation.start(partition, 0);
            }
            widen(running);
        }
        partitions = log.partitions();
        return true;
    }

    private boolean isSame(SourceLog log, Generation generation) {
        try {
            log.requireKnown(source, Set.of(generation.log()));
            return true;
        } catch (RefusedException e) {
            if (replaced.isEmpty()) {
                LOG.error("{}", e.getMessage());
            }
            replaced = Optional.of(e.getMessage());
            return false;
        }
    }

    private void widen(RunningGeneration running) {
        String topic = deployment.incrementsTopic(
                source.name(), running.generation().definitions().streamed().id());
        SourceLog.find(admin, topic).ifPresent(log -> {
            running.spooling().ifPresent(spooling -> spooling.see(log.id()));
            running.feed().widen(log.partitions());
        });
    }

    @Override
    public void close() {
        closed = true;
        worker.close();
        admin.close(Duration.ofSeconds(1));
        committed.close();
    }
}
