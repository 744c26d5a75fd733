package dev.tidemark.speed;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.Metrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.apache.spark.sql.streaming.StreamingQueryListener;

/**
 * What is measured of the speed layer. What it has emitted is read from the topics that it has written, so that it
 * holds across restarts and costs the way of an event nothing; Spark tells of a Real-time query's progress only when
 * its batch ends, every five minutes. Thread-safe.
 */
final class SpeedMetrics implements AutoCloseable {

    private final Deployment deployment;
    private final Metrics metrics;
    private final MultiGauge increments;
    private final MultiGauge events;
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicReference<LogEnds> ends = new AtomicReference<>();
    private final Counter starts;
    private final Counter batches;
    private final Counter rows;
    private final AtomicReference<Double> batchSeconds = new AtomicReference<>(Double.NaN);

    SpeedMetrics(Deployment deployment) {
        this.deployment = deployment;
        this.metrics = new Metrics(deployment.name(), "speed");
        this.increments = gauge("tidemark.increments.end", "where the increments' topic ends: how many were emitted");
        this.events = gauge("tidemark.events.end", "where the source's topic ends");
        this.starts = counter("tidemark.speed.query.starts", "how often they were started");
        this.batches = counter("tidemark.speed.batches", "batches that have ended; a Real-time one takes minutes");
        this.rows = counter("tidemark.speed.batch.rows", "events in them");
        Gauge.builder("tidemark.speed.query.running", running, AtomicInteger::get)
                .description("1 while its queries run")
                .register(metrics.registry());
        Gauge.builder("tidemark.speed.batch.seconds", batchSeconds, AtomicReference::get)
                .description("how long the last batch took")
                .register(metrics.registry());
        Gauge.builder("tidemark.speed.broker.answers", this, SpeedMetrics::brokerAnswers)
                .description("1 if the broker answers")
                .register(metrics.registry());
    }

    private MultiGauge gauge(String name, String description) {
        return MultiGauge.builder(name).description(description).register(metrics.registry());
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(metrics.registry());
    }

    private int brokerAnswers() {
        LogEnds known = ends.get();
        return known != null && known.brokerAnswers() ? 1 : 0;
    }

    Metrics metrics() {
        return metrics;
    }

    /** Queries run by this plan from now on; what they report is to be told to the listener that comes back. */
    StreamingQueryListener running(SpeedPlan plan) {
        LogEnds logEnds = new LogEnds(Admin.create(deployment.kafkaAdmin()), partitions(plan));
        close(ends.getAndSet(logEnds));
        List<Row<?>> emitted = new ArrayList<>();
        Map<TopicPartition, Row<?>> arrived = new HashMap<>();
        for (SpeedSource source : plan.all()) {
            for (int number = 0; number < source.log().partitions(); number++) {
                Tags tags = Tags.of("source", source.source().name(), "partition", Integer.toString(number));
                TopicPartition written = new TopicPartition(source.incrementsTopic(), number);
                emitted.add(row(tags.and("definition_set", source.set().id()), written, logEnds));
                // While definition sets change a source is read twice.
                TopicPartition read = new TopicPartition(source.source().topic(), number);
                arrived.put(read, row(tags, read, logEnds));
            }
        }
        increments.register(emitted, true);
        events.register(arrived.values(), true);
        plan.sources().forEach(this::registerUnknownKeys);
        starts.increment();
        running.set(1);
        return new Listener();
    }

    /** Registered again, a counter stays the one that it was. */
    private void registerUnknownKeys(SpeedSource source) {
        String name = source.source().name();
        source.set().enrichments().forEach(taken -> FunctionCounter.builder(
                        "tidemark.enrichment.unknown",
                        UnknownKeys.of(deployment.name(), name, taken.reference()),
                        LongAdder::sum)
                .description("events whose key a reference table does not have at their time")
                .tags("source", name, "reference", taken.reference())
                .register(metrics.registry()));
    }

    private static Row<LogEnds> row(Tags tags, TopicPartition partition, LogEnds ends) {
        return Row.of(tags, ends, known -> known.of(partition));
    }

    private static Set<TopicPartition> partitions(SpeedPlan plan) {
        Set<TopicPartition> partitions = new HashSet<>();
        for (SpeedSource source : plan.all()) {
            for (int number = 0; number < source.log().partitions(); number++) {
                partitions.add(new TopicPartition(source.incrementsTopic(), number));
                partitions.add(new TopicPartition(source.source().topic(), number));
            }
        }
        return partitions;
    }

    /** They run no more. */
    void stopped() {
        running.set(0);
    }

    private static void close(LogEnds ends) {
        if (ends != null) {
            ends.close();
        }
    }

    @Override
    public void close() {
        close(ends.getAndSet(null));
        metrics.close();
    }

    private final class Listener extends StreamingQueryListener {

        @Override
        public void onQueryStarted(QueryStartedEvent event) {
            // Known already, without the delay of Spark's bus.
        }

        @Override
        public void onQueryProgress(QueryProgressEvent event) {
            batches.increment();
            rows.increment(event.progress().numInputRows());
            batchSeconds.set(event.progress().batchDuration() / 1e3);
        }

        @Override
        public void onQueryTerminated(QueryTerminatedEvent event) {
            // The layer notices by itself.
        }
    }
}
