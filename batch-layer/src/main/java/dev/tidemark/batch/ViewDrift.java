package dev.tidemark.batch;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.to_date;

import dev.tidemark.batch.Reconciliation.Passage;
import dev.tidemark.compile.Cells;
import dev.tidemark.compile.Contributions;
import dev.tidemark.compile.MergedCells;
import dev.tidemark.compile.ReferenceRows;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Position;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Drift;
import dev.tidemark.view.Publication.SegmentRef;
import dev.tidemark.view.View;
import dev.tidemark.view.ViewDifference;
import dev.tidemark.view.ViewDifference.ChangedCell;
import dev.tidemark.view.ViewDifference.Day;
import dev.tidemark.view.ViewDifference.MeasureTotal;
import dev.tidemark.view.aggregate.Equality;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * What one view's answers changed by when the cut passed. What was published before with the increments between the cuts is
 * compared with what is published now; where that differs, what the layers judged otherwise is made even on both sides, and
 * what then still differs is looked for among the new events alone.
 */
final class ViewDrift {

    private static final String DAY = "day";
    private static final StructType POSITIONS = new StructType()
            .add("log_id", DataTypes.StringType)
            .add("partition", DataTypes.IntegerType)
            .add("offset", DataTypes.LongType);

    private final Deployment deployment;
    private final SparkSession spark;
    private final Passage passage;
    private final DefinitionSet set;
    private final View view;
    private final StreamedRange range;
    private final CountedEvents events;
    private final TailRows streamed;
    private final SortedSet<LocalDate> days;

    ViewDrift(
            Deployment deployment,
            SparkSession spark,
            ReferenceRows references,
            Passage passage,
            DefinitionSet set,
            View view,
            StreamedRange range) {
        this.deployment = deployment;
        this.spark = spark;
        this.passage = passage;
        this.set = set;
        this.view = view;
        this.range = range;
        MasterDataset master = MasterDataset.of(deployment, set.source());
        this.events = new CountedEvents(
                set.source(),
                new ArchivedRows(master, master.latest().orElseThrow()),
                passage.cutBefore(),
                passage.cut(),
                set.zone(),
                references);
        this.streamed = new TailRows(range.tail(), view);
        this.days = streamed.days(set.zone());
        this.days.addAll(passage.publication().changedDays(passage.parent(), view.name()));
    }

    /** How many days are compared. */
    int days() {
        return days.size();
    }

    /** The differences. */
    List<Drift> drifts() {
        if (days.isEmpty()) {
            return List.of();
        }
        Dataset<Row> answered =
                merged(segments(passage.parent().segmentsOf(view.name())).unionByName(streamed.rows(spark)));
        Dataset<Row> published = segments(passage.publication().segmentsOf(view.name()));
        ViewDifference seen = difference(answered, published);
        List<Drift> drifts = new ArrayList<>();
        if (!seen.isSame()) {
            Evened evened = evened(answered, published);
            for (Day day : seen.days()) {
                if (!day.isSame()) {
                    add(day, evened.cause(day.day()), seen.largest(), drifts);
                }
            }
        }
        seen.days().stream().filter(Day::isSame).forEach(day -> addTolerated(day, drifts));
        return drifts;
    }

    private void add(Day day, Drift.Cause cause, List<ChangedCell> largest, List<Drift> drifts) {
        for (MeasureTotal measure : day.measures()) {
            if (!measure.same() || measure.cells() > 0) {
                drifts.add(drift(
                        day.day(),
                        measure,
                        cause,
                        largest.stream()
                                .filter(cell -> cell.measure().equals(measure.measure()))
                                .toList()));
            }
        }
    }

    private void addTolerated(Day day, List<Drift> drifts) {
        day.measures().stream()
                .filter(measure -> measure.equality() == Equality.SKETCHES)
                .filter(measure -> !Objects.equals(measure.before(), measure.after()))
                .forEach(measure -> drifts.add(drift(day.day(), measure, Drift.Cause.SKETCH, List.of())));
    }

    private Drift drift(LocalDate day, MeasureTotal measure, Drift.Cause cause, List<ChangedCell> largest) {
        return new Drift(
                passage.publication().number(),
                passage.source(),
                view.name(),
                day,
                measure.measure(),
                measure.equality(),
                measure.cells(),
                measure.before(),
                measure.after(),
                cause,
                largest);
    }

    /**
     * What is left after both sides were made even.
     *
     * @param whole days that still differ
     * @param fresh days on which the new events alone differ
     * @param duplicates days on which the layers disagree on what is a duplicate
     */
    private record Evened(Set<LocalDate> whole, Set<LocalDate> fresh, Set<LocalDate> duplicates) {

        Drift.Cause cause(LocalDate day) {
            if (whole.contains(day)) {
                return fresh.contains(day) ? Drift.Cause.EXPRESSION : Drift.Cause.UNEXPLAINED;
            }
            return duplicates.contains(day) ? Drift.Cause.DUPLICATES : Drift.Cause.DEFERRED;
        }
    }

    private Evened evened(Dataset<Row> answered, Dataset<Row> published) {
        Dataset<Row> counted = events.on(spark, days);
        Dataset<Row> repeated = events.duplicatesOn(spark, days);
        Set<Position> calledDuplicates = range.setAside(Bucket.DUPLICATE);
        Set<Position> setAside = new HashSet<>(range.setAside(Bucket.DEFERRED));
        setAside.addAll(calledDuplicates);
        Dataset<Row> lacking = cells(at(counted, setAside, "left_semi"));
        // What the speed layer deferred it did not count either, whatever else it is.
        Dataset<Row> forgotten = at(repeated, setAside, "left_anti");
        Dataset<Row> tooMuch = cells(forgotten);
        Set<LocalDate> whole = differing(answered.unionByName(lacking), published.unionByName(tooMuch));
        Set<LocalDate> fresh = whole.isEmpty()
                ? Set.of()
                : differing(
                        streamed.rows(spark).unionByName(lacking),
                        cells(counted).unionByName(tooMuch));
        Set<LocalDate> duplicates = daysOf(at(counted, calledDuplicates, "left_semi"));
        duplicates.addAll(daysOf(forgotten));
        return new Evened(whole, fresh, duplicates);
    }

    private Set<LocalDate> differing(Dataset<Row> one, Dataset<Row> other) {
        return difference(merged(one), merged(other)).days().stream()
                .filter(day -> !day.isSame())
                .map(Day::day)
                .collect(Collectors.toSet());
    }

    private static Set<LocalDate> daysOf(Dataset<Row> judged) {
        return judged.select(CountedEvents.DAY).distinct().collectAsList().stream()
                .map(row -> LocalDate.ofEpochDay(row.getLong(0)))
                .collect(Collectors.toCollection(HashSet::new));
    }

    private Dataset<Row> at(Dataset<Row> judged, Set<Position> positions, String join) {
        List<Row> rows = positions.stream()
                .map(position -> RowFactory.create(position.log(), position.partition(), position.offset()))
                .toList();
        return judged.join(
                broadcast(spark.createDataFrame(rows, POSITIONS)),
                scala.jdk.javaapi.CollectionConverters.asScala(List.of(POSITIONS.fieldNames()))
                        .toSeq(),
                join);
    }

    private Dataset<Row> cells(Dataset<Row> judged) {
        Dataset<Row> contributions =
                Contributions.ofPassing(events.enriched(judged, List.of(view)), view, events.haveShortTexts());
        return Cells.of(Cells.groups(contributions, view, List.of()), view);
    }

    private Dataset<Row> segments(Map<LocalDate, SegmentRef> segments) {
        Set<String> ids = segments.entrySet().stream()
                .filter(segment ->
                        days.contains(segment.getKey()) && segment.getValue().cells() > 0)
                .map(segment -> segment.getValue().id())
                .collect(Collectors.toSet());
        return new SegmentsTable(deployment.warehouse().segments(set, view), view).read(spark, ids);
    }

    private Dataset<Row> merged(Dataset<Row> cells) {
        List<Column> columns =
                new ArrayList<>(List.of(to_date(col(Cells.start(view))).as(DAY)));
        for (String name : cells.columns()) {
            columns.add(col(name));
        }
        return MergedCells.of(cells.select(columns.toArray(Column[]::new)), set, view, DAY)
                .drop(DAY);
    }

    private ViewDifference difference(Dataset<Row> before, Dataset<Row> after) {
        return Difference.between(new ComparedViews(Optional.of(view), view, false), days, set.zone(), before, after);
    }
}
