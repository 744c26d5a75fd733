package dev.tidemark.batch;

import dev.tidemark.batch.SourceDefinitions.Computed;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SegmentRef;
import dev.tidemark.view.View;
import dev.tidemark.view.ViewDifference;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Compares segments that a plan was carried out for with those that are published. */
final class Comparison {

    private final Deployment deployment;
    private final SparkSession spark;
    private final Publication published;
    private final SourcePlan plan;
    private final PublishedViews before;

    Comparison(Deployment deployment, SparkSession spark, Publication published, SourcePlan plan) {
        this.deployment = deployment;
        this.spark = spark;
        this.published = published;
        this.plan = plan;
        this.before = PublishedViews.of(deployment, published, plan.source().name());
    }

    /** The differences of each view that was computed, and of those that there would be no more. */
    List<ViewDifference> differences(Segments.Written written) {
        Stream<ViewDifference> computed = plan.definitions()
                .computed()
                .filter(view -> written.segments().containsKey(view.name()))
                .map(view ->
                        difference(view.set(), view.name(), written.segments().get(view.name())));
        Set<String> stated = plan.definitions().computed().map(Computed::name).collect(Collectors.toSet());
        Stream<ViewDifference> dropped = before.sets().entrySet().stream()
                .filter(view -> !stated.contains(view.getKey()))
                .map(view -> ViewDifference.dropped(
                        view.getValue().view(view.getKey()).orElseThrow()));
        return Stream.concat(computed, dropped).toList();
    }

    private ViewDifference difference(DefinitionSet set, String name, Map<LocalDate, SegmentRef> staged) {
        Optional<DefinitionSet> setBefore = Optional.ofNullable(before.sets().get(name));
        ComparedViews views = ComparedViews.of(setBefore, set, name);
        SortedSet<LocalDate> days = new TreeSet<>(staged.keySet());
        Map<LocalDate, SegmentRef> replaced = published.segmentsOf(name);
        if (views.redefined()) {
            days.addAll(replaced.keySet());
        }
        Dataset<Row> was = views.before()
                .map(view -> cells(setBefore.orElseThrow(), view, replaced, days))
                .orElseGet(() -> cells(set, views.after(), Map.of(), days));
        return Difference.between(views, days, deployment.zone(), was, cells(set, views.after(), staged, days));
    }

    private Dataset<Row> cells(
            DefinitionSet set, View view, Map<LocalDate, SegmentRef> segments, SortedSet<LocalDate> days) {
        Set<String> ids = segments.entrySet().stream()
                .filter(segment ->
                        days.contains(segment.getKey()) && segment.getValue().cells() > 0)
                .map(segment -> segment.getValue().id())
                .collect(Collectors.toSet());
        return new SegmentsTable(deployment.warehouse().segments(set, view), view).read(spark, ids);
    }
}
