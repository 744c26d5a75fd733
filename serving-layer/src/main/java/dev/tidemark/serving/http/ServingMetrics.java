package dev.tidemark.serving.http;

import dev.tidemark.deployment.DriftLedger;
import dev.tidemark.deployment.Metrics;
import dev.tidemark.deployment.deadletter.LetterFilter;
import dev.tidemark.deployment.deadletter.LetterReport;
import dev.tidemark.schema.Bucket;
import dev.tidemark.serving.fold.Generation;
import dev.tidemark.serving.fold.LiveSource;
import dev.tidemark.serving.live.LiveQueries;
import dev.tidemark.serving.spool.Spool;
import dev.tidemark.view.OffsetRanges;
import dev.tidemark.view.Tail.Progress;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What is measured of the serving layer: how long queries take, and how far each source is counted. What is counted is
 * read when it is asked for, so that nothing is measured on the way of an event. Thread-safe.
 */
final class ServingMetrics implements AutoCloseable {

    private static final String QUERY = "tidemark.query";

    private final ServedDeployment served;
    private final Metrics metrics;
    private final MultiGauge cut;
    private final MultiGauge through;
    private final MultiGauge end;
    private final MultiGauge lag;
    private final MultiGauge missing;
    private final MultiGauge publication;
    private final MultiGauge behind;
    private final MultiGauge increments;
    private final MultiGauge repeated;
    private final MultiGauge serving;
    private final MultiGauge spoolSlices;
    private final MultiGauge spoolBytes;
    private final MultiGauge spoolAge;
    private final MultiGauge events;
    private final MultiGauge conservation;
    private final MultiGauge deadLetters;
    private final MultiGauge redriven;
    private final AlertMetrics alerts;

    ServingMetrics(ServedDeployment served, LiveQueries live) {
        this.served = served;
        this.metrics = new Metrics(served.name(), "serving");
        this.cut = gauge("tidemark.partition.cut", "batch has counted every event below this offset");
        this.through = gauge("tidemark.partition.through", "every event below this offset is counted");
        this.end = gauge("tidemark.partition.end", "where the log ended when last looked at");
        this.lag = gauge("tidemark.partition.lag", "offsets between what is counted and the end of the log");
        this.missing = gauge("tidemark.partition.missing", "offsets that cannot be counted");
        this.publication = gauge("tidemark.publication", "the publication that answers are made of");
        this.behind = gauge("tidemark.behind.seconds", "how long ago all that was in the log then was counted");
        this.increments = gauge("tidemark.increments.received", "increments read since the publication took over");
        this.repeated = gauge("tidemark.increments.repeated", "those of them that had been counted already");
        this.events = gauge("tidemark.events", "what became of every event, for each view; the buckets add up to all");
        this.conservation = gauge(
                "tidemark.conservation.difference",
                "events consumed that are in no bucket of a view: 0, or it is wrong");
        this.deadLetters = gauge("tidemark.dead.letters", "dead letters, by reason");
        this.redriven = gauge("tidemark.dead.letters.redriven", "those of them that were sent again");
        this.serving = gauge("tidemark.source.serving", "1 if the source is served");
        this.spoolSlices = gauge("tidemark.spool.slices", "slices of the tail that have been written to local disk");
        this.spoolBytes = gauge("tidemark.spool.bytes", "bytes of what is spooled");
        this.spoolAge = gauge("tidemark.spool.age.seconds", "how long ago the last of them was written");
        this.alerts = new AlertMetrics(served.alerts(), metrics.registry());
        DriftCount drift = new DriftCount(new DriftLedger(served.warehouse().drift()));
        Gauge.builder("tidemark.drift.unexplained", drift, DriftCount::unexpected)
                .description("differences between the layers that nothing explains, of all publications looked at")
                .register(metrics.registry());
        Gauge.builder("tidemark.drift.publication", drift, DriftCount::through)
                .description("the last publication that was looked at for drift")
                .register(metrics.registry());
        Gauge.builder("tidemark.live.clients", live, LiveQueries::streams)
                .description("how many clients listen to live queries")
                .register(metrics.registry());
        Gauge.builder("tidemark.live.queries", live, LiveQueries::queries)
                .description("how many different queries they listen to")
                .register(metrics.registry());
    }

    private MultiGauge gauge(String name, String description) {
        return MultiGauge.builder(name).description(description).register(metrics.registry());
    }

    /**
     * Takes in a query that has been answered, or refused.
     *
     * @param view the view's name; one that does not exist is counted as {@code unknown}, so that nobody can make up
     *     labels
     * @param status the HTTP status
     */
    void queried(String view, int status, Duration time) {
        boolean known = served.view(view).isPresent();
        Timer.builder(QUERY)
                .description("how long queries took, from the request to its answer")
                .tags("view", known ? view : "unknown", "status", Integer.toString(status))
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(1))
                .maximumExpectedValue(Duration.ofMinutes(1))
                .register(metrics.registry())
                .record(time);
    }

    /** All metrics as of now. */
    synchronized String scrape() {
        refreshSources();
        refreshPartitions();
        refreshEvents();
        refreshDeadLetters();
        alerts.refresh();
        return metrics.scrape();
    }

    private void refreshSources() {
        register(serving, source -> source.replaced().or(source::notServed).isEmpty() ? 1 : 0);
        register(
                publication,
                source -> ofGeneration(source, live -> live.publication().number()));
        register(behind, ServingMetrics::secondsBehind);
        register(
                increments,
                source -> ofGeneration(source, live -> live.counters().received()));
        register(
                repeated, source -> ofGeneration(source, live -> live.counters().countedBefore()));
        register(spoolSlices, source -> source.spooled().map(Spool.Size::slices).orElse(0L));
        register(spoolBytes, source -> source.spooled().map(Spool.Size::bytes).orElse(0L));
        register(spoolAge, ServingMetrics::spoolAge);
    }

    /** Not a number while nothing is spooled. */
    private static double spoolAge(LiveSource source) {
        return source.spooled()
                .flatMap(Spool.Size::newest)
                .map(newest -> Duration.between(newest, Instant.now()).toMillis() / 1e3)
                .orElse(Double.NaN);
    }

    private void register(MultiGauge gauge, ToDoubleFunction<LiveSource> value) {
        List<Row<?>> rows = new ArrayList<>();
        for (LiveSource source : served.liveSources()) {
            rows.add(Row.of(Tags.of("source", source.source().name()), value.applyAsDouble(source)));
        }
        gauge.register(rows, true);
    }

    /** Not a number while nothing is served. */
    private static double ofGeneration(LiveSource source, ToDoubleFunction<Generation> value) {
        return source.generation().map(value::applyAsDouble).orElse(Double.NaN);
    }

    private static double secondsBehind(LiveSource source) {
        return ofGeneration(source, live -> {
            Map<Integer, Long> throughs = new HashMap<>();
            live.progress().forEach((number, progress) -> throughs.put(number, progress.through()));
            return source.lag().behind(throughs, Instant.now()).time().toMillis() / 1e3;
        });
    }

    private void refreshPartitions() {
        List<Row<?>> cuts = new ArrayList<>();
        List<Row<?>> throughs = new ArrayList<>();
        List<Row<?>> ends = new ArrayList<>();
        List<Row<?>> lags = new ArrayList<>();
        List<Row<?>> misses = new ArrayList<>();
        for (LiveSource source : served.liveSources()) {
            Map<Integer, Long> known = source.lag().ends();
            source.generation().map(Generation::progress).orElse(Map.of()).forEach((number, progress) -> {
                Tags tags = Tags.of(
                        "source", source.source().name(),
                        "topic", source.source().topic(),
                        "partition", Integer.toString(number));
                long ended = known.getOrDefault(number, progress.through());
                cuts.add(Row.of(tags, progress.cut()));
                throughs.add(Row.of(tags, progress.through()));
                ends.add(Row.of(tags, ended));
                lags.add(Row.of(tags, Math.max(0, ended - progress.through())));
                misses.add(Row.of(tags, missing(progress)));
            });
        }
        cut.register(cuts, true);
        through.register(throughs, true);
        end.register(ends, true);
        lag.register(lags, true);
        missing.register(misses, true);
    }

    private void refreshEvents() {
        List<Row<?>> rows = new ArrayList<>();
        List<Row<?>> differences = new ArrayList<>();
        for (LiveSource source : served.liveSources()) {
            source.generation()
                    .map(live -> Conservation.of(live, live.counters()))
                    .orElse(Map.of())
                    .forEach((view, found) -> {
                        for (Bucket bucket : Bucket.values()) {
                            Tags tags = Tags.of(
                                    "view", view, "bucket", bucket.name().toLowerCase(Locale.ROOT));
                            rows.add(Row.of(tags, found.total(bucket)));
                        }
                        found.differences().forEach((partition, difference) -> {
                            Tags tags = Tags.of("view", view, "partition", partition);
                            differences.add(Row.of(tags, difference));
                        });
                    });
        }
        events.register(rows, true);
        conservation.register(differences, true);
    }

    private void refreshDeadLetters() {
        List<Row<?>> letters = new ArrayList<>();
        List<Row<?>> sentAgain = new ArrayList<>();
        served.letters().forEach((source, found) -> {
            for (LetterReport.OfReason reason :
                    found.report(LetterFilter.NO_SAMPLES).reasons()) {
                Tags tags = Tags.of("source", source, "reason", reason.reason());
                letters.add(Row.of(tags, reason.letters()));
                sentAgain.add(Row.of(tags, reason.redriven()));
            }
        });
        deadLetters.register(letters, true);
        redriven.register(sentAgain, true);
    }

    private static long missing(Progress progress) {
        OffsetRanges ranges = progress.missing();
        return ranges.ranges().stream()
                .mapToLong(range -> range.to() - range.from())
                .sum();
    }

    @Override
    public void close() {
        metrics.close();
    }
}
