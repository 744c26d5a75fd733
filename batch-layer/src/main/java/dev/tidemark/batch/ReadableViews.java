package dev.tidemark.batch;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.to_date;

import dev.tidemark.batch.SourceDefinitions.Computed;
import dev.tidemark.compile.Cells;
import dev.tidemark.compile.FinishedCells;
import dev.tidemark.compile.FinishedMatches;
import dev.tidemark.deployment.DeltaCommits;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.view.Json;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SegmentRef;
import dev.tidemark.view.View;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The tables {@code views/<view>} for other engines. Each shows one publication, which its last commit of ours names;
 * the publication's number is also the commit's transaction, so that Delta ignores an older one that comes late.
 */
final class ReadableViews {

    private static final String APPLICATION = "tidemark.publication";
    private static final String DAY = "day";

    private final Deployment deployment;
    private final Supplier<SparkSession> spark;

    /** @param spark asked only when a table is behind */
    ReadableViews(Deployment deployment, Supplier<SparkSession> spark) {
        this.deployment = deployment;
        this.spark = spark;
    }

    /**
     * What a commit says of itself.
     *
     * @param publication the publication that the table shows from it on
     * @param segmentsId which segments it shows: of the view as it was stated then
     */
    record Shown(long publication, String segmentsId) {}

    /**
     * What a table lacks.
     *
     * @param days the days to write; empty for all, where it is not known what the table shows or the view has changed
     */
    private record Lag(Optional<SortedSet<LocalDate>> days) {}

    /**
     * Makes every view's table show {@code newest}, or leaves it where it shows a later publication; without Spark if
     * all do.
     *
     * @return the views whose tables were behind
     */
    List<String> bringUpToDate(Publication newest, List<SourceDefinitions> definitions) {
        List<Computed> lagging = definitions.stream()
                .flatMap(SourceDefinitions::computed)
                .filter(view -> lag(newest, view).isPresent())
                .toList();
        InParallel.run(lagging.stream()
                .map(view -> (Runnable) () -> bringUpToDate(newest, view))
                .toList());
        return lagging.stream().map(Computed::name).toList();
    }

    /** Tries until the table shows the publication or a later one: who else writes it may have made it do so. */
    private void bringUpToDate(Publication newest, Computed view) {
        Attempts.until(
                () -> {
                    Optional<Lag> lag = lag(newest, view);
                    lag.ifPresent(lacking -> write(newest, view, lacking));
                    return lag.isEmpty();
                },
                "the table of view " + view.name() + " does not come to show publication " + newest.number()
                        + "; if files of its log are gone, delete its folder: the next run writes it anew");
    }

    private Optional<Lag> lag(Publication newest, Computed view) {
        Optional<Shown> shown = shown(view);
        if (newest.isNone()
                || shown.map(table -> table.publication() >= newest.number()).orElse(false)) {
            return Optional.empty();
        }
        Optional<Publication> before = shown.filter(table -> table.segmentsId().equals(view.segmentsId()))
                .flatMap(table -> deployment.warehouse().publications().read(table.publication()));
        if (before.isEmpty()) {
            return Optional.of(new Lag(Optional.empty()));
        }
        SortedSet<LocalDate> days =
                changed(before.get().segmentsOf(view.name()), newest.segmentsOf(view.name()), view.view());
        return days.isEmpty() ? Optional.empty() : Optional.of(new Lag(Optional.of(days)));
    }

    private Optional<Shown> shown(Computed view) {
        Path table = deployment.warehouse().view(view.name());
        return new DeltaCommits(table, APPLICATION)
                .latest()
                .map(commit -> Json.read(commit.metadata(), Shown.class, "a commit of " + table));
    }

    private static SortedSet<LocalDate> changed(
            Map<LocalDate, SegmentRef> before, Map<LocalDate, SegmentRef> now, View view) {
        SortedSet<LocalDate> days = new TreeSet<>(before.keySet());
        days.addAll(now.keySet());
        SortedSet<LocalDate> changed = new TreeSet<>(days);
        changed.removeIf(day -> id(before, day).equals(id(now, day)));
        days.removeIf(day -> daysBefore(view, day).noneMatch(changed::contains));
        return days;
    }

    /** The day and those before it whose cells its rows are made of: a match may have begun earlier. */
    private static Stream<LocalDate> daysBefore(View view, LocalDate day) {
        // One more, since a day on which clocks change has 23 hours.
        long days = view.pattern().map(pattern -> pattern.within().toDays() + 1).orElse(0L);
        return LongStream.rangeClosed(0, days).mapToObj(day::minusDays);
    }

    private static String id(Map<LocalDate, SegmentRef> segments, LocalDate day) {
        SegmentRef segment = segments.get(day);
        return segment == null ? "" : segment.id();
    }

    private void write(Publication newest, Computed view, Lag lag) {
        Path table = deployment.warehouse().view(view.name());
        Shown shown = new Shown(newest.number(), view.segmentsId());
        // Segments lie in few files, and so do their finished rows.
        DataFrameWriter<Row> writer = DeltaTables.once(
                        rows(newest, view, lag), APPLICATION, newest.number(), Json.write(shown))
                .mode("overwrite");
        if (lag.days().isPresent()) {
            writer.option("replaceWhere", condition(lag.days().get()));
        } else {
            // Of a view that has changed the columns may be others. Overwritten, they forget what partitions them.
            writer.option("overwriteSchema", "true").partitionBy(DAY);
        }
        if (!DeltaTables.exists(table)) {
            writer.option(DeltaCommits.KEEP_LOG, "false");
        }
        writer.save(table.toString());
    }

    private Dataset<Row> rows(Publication newest, Computed computed, Lag lag) {
        View view = computed.view();
        Set<String> segments = newest.segmentsOf(view.name()).entrySet().stream()
                .filter(entry -> lag.days()
                        .map(days -> days.stream()
                                .flatMap(day -> daysBefore(view, day))
                                .anyMatch(entry.getKey()::equals))
                        .orElse(true))
                .map(Map.Entry::getValue)
                .filter(segment -> segment.cells() > 0)
                .map(SegmentRef::id)
                .collect(Collectors.toSet());
        SegmentsTable table = new SegmentsTable(deployment.warehouse().segments(computed.set(), view), view);
        Dataset<Row> cells = table.read(spark.get(), segments);
        if (view.pattern().isPresent()) {
            Dataset<Row> matches = FinishedMatches.of(cells, computed.set(), view);
            return lag.days()
                    .map(days -> matches.where(col(DAY).isin(days.toArray())))
                    .orElse(matches);
        }
        List<Column> columns = new ArrayList<>();
        columns.add(to_date(col(Cells.start(view))).as(DAY));
        for (String name : Cells.schema(view).fieldNames()) {
            columns.add(col(name));
        }
        return FinishedCells.of(cells.select(columns.toArray(Column[]::new)), computed.set(), view);
    }

    private static String condition(SortedSet<LocalDate> days) {
        return days.stream().map(day -> "DATE'" + day + "'").collect(Collectors.joining(", ", DAY + " IN (", ")"));
    }
}
