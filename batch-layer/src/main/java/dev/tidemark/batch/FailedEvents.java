package dev.tidemark.batch;

import static org.apache.spark.sql.functions.call_function;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import dev.tidemark.compile.Contributions;
import dev.tidemark.compile.ReferenceRows;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.schema.DeadLetter;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Cut;
import dev.tidemark.view.Json;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SourceState;
import dev.tidemark.view.View;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;

/**
 * The dead letters that are well-formed events on which an expression of a view fails: a row for each position and view
 * that a publication's segments leave out for it. They follow the publications as the readable tables do: the rows of a
 * view and day are replaced when its segment is. A commit names the publication that the rows are of, and that
 * publication's number is its transaction, so that Delta ignores an older one that comes late.
 */
final class FailedEvents {

    private static final String APPLICATION = "tidemark.failed_events";

    private final Deployment deployment;
    private final Supplier<SparkSession> spark;
    private final ReferenceRows references;
    private final DeadLettersTable table;

    /** @param spark asked only when rows are to be replaced */
    FailedEvents(Deployment deployment, Supplier<SparkSession> spark) {
        this.deployment = deployment;
        this.spark = spark;
        this.references = new ReferenceRows(deployment.warehouse()::reference, deployment.warehouse()::versionOf);
        this.table = DeadLettersTable.of(deployment);
    }

    /**
     * What a commit says of itself.
     *
     * @param publication the publication whose failed events the table has from it on
     */
    record Shown(long publication) {}

    /**
     * Events of one view, of which the failing ones are to be written.
     *
     * @param state what the publication says of their source
     */
    private record Part(View view, CountedEvents events, SortedSet<LocalDate> days, SourceState state) {}

    /**
     * What the table lacks.
     *
     * @param replaced which rows go, as a condition
     * @param parts what comes
     */
    private record Lag(String replaced, List<Part> parts) {}

    /**
     * Makes the table have the failed events of {@code newest}, or leaves it where it has those of a later publication.
     * To be called for one publication after the other: where the one before has the same, nothing is looked at.
     *
     * @return whether there was something to replace
     */
    boolean bringUpToDate(Publication newest) {
        FailingSegments failing = FailingSegments.of(newest);
        if (newest.isNone() || before(newest).filter(failing::equals).isPresent()) {
            return false;
        }
        int written = Attempts.until(
                () -> {
                    Optional<Lag> lag = lag(newest, failing);
                    lag.ifPresent(lacking -> write(newest, lacking));
                    return lag.isEmpty();
                },
                "the table %s does not come to have the failed events of publication %d"
                        .formatted(table.path(), newest.number()));
        return written > 0;
    }

    private Optional<FailingSegments> before(Publication newest) {
        return newest.number() == 1 ? Optional.of(FailingSegments.NONE) : failing(newest.number() - 1);
    }

    private Optional<FailingSegments> failing(long publication) {
        return deployment.warehouse().publications().read(publication).map(FailingSegments::of);
    }

    private Optional<Lag> lag(Publication newest, FailingSegments failing) {
        Optional<Shown> shown = shown();
        if (shown.isPresent() && shown.get().publication() >= newest.number()) {
            return Optional.empty();
        }
        Optional<FailingSegments> before = shown.isEmpty()
                ? Optional.of(FailingSegments.NONE)
                : failing(shown.get().publication());
        Map<String, SortedSet<LocalDate>> changes = failing.changesFrom(before.orElse(FailingSegments.NONE));
        if (before.isEmpty()) {
            return parts(newest, changes).map(parts -> new Lag(isFailed(), parts));
        }
        return changes.isEmpty()
                ? Optional.empty()
                : parts(newest, failing.among(changes))
                        .map(parts -> new Lag(isFailed() + " AND " + isOn(changes), parts));
    }

    private Optional<Shown> shown() {
        return table.commits(APPLICATION)
                .latest()
                .map(commit -> Json.read(commit.metadata(), Shown.class, "a commit of " + table.path()));
    }

    private static String isFailed() {
        return "reason = '" + DeadLetter.EXPRESSION + "'";
    }

    private static String isOn(Map<String, SortedSet<LocalDate>> days) {
        return days.entrySet().stream()
                .map(view -> "view = '%s' AND day IN (%s)".formatted(view.getKey(), dates(view.getValue())))
                .collect(Collectors.joining(" OR ", "(", ")"));
    }

    private static String dates(SortedSet<LocalDate> days) {
        return days.stream().map(day -> "DATE'" + day + "'").collect(Collectors.joining(", "));
    }

    /** What to compute; empty while one of it cannot be. */
    private Optional<List<Part>> parts(Publication newest, Map<String, SortedSet<LocalDate>> days) {
        List<Optional<Part>> parts = newest.sources().entrySet().stream()
                .flatMap(source -> parts(source.getKey(), source.getValue(), days))
                .toList();
        return parts.stream().allMatch(Optional::isPresent)
                ? Optional.of(parts.stream().flatMap(Optional::stream).toList())
                : Optional.empty();
    }

    private Stream<Optional<Part>> parts(String source, SourceState state, Map<String, SortedSet<LocalDate>> days) {
        return deployment.warehouse().publishedDefinitions(source, state).stream()
                .flatMap(set -> set.views().stream()
                        .filter(view -> days.containsKey(view.name()))
                        .map(view -> events(set.source(), state)
                                .map(events -> new Part(view, events, days.get(view.name()), state))));
    }

    /**
     * The events that were published; empty where the archive is gone, or has been judged again since: then those of the
     * next publication are others.
     */
    private Optional<CountedEvents> events(Source source, SourceState state) {
        MasterDataset master = MasterDataset.of(deployment, source);
        return master.latest()
                .filter(version -> master.isJudgedAsNow(version.commit()))
                .map(version -> new CountedEvents(
                        source,
                        new ArchivedRows(master, version),
                        Cut.NONE,
                        state.cut(),
                        deployment.zone(),
                        references));
    }

    private void write(Publication newest, Lag lag) {
        SparkSession session = spark.get();
        table.prepare(session);
        Dataset<Row> rows = lag.parts().stream()
                .map(part -> rows(session, part))
                .reduce(Dataset::union)
                .orElseGet(() -> table.none(session));
        DeltaTables.once(
                        DeltaTables.inFewFiles(rows, DeadLettersTable.SOURCE),
                        APPLICATION,
                        newest.number(),
                        Json.write(new Shown(newest.number())))
                .mode("overwrite")
                .option("replaceWhere", lag.replaced())
                .save(table.path().toString());
    }

    private static Dataset<Row> rows(SparkSession session, Part part) {
        Source source = part.events().source();
        String view = part.view().name();
        Dataset<Row> events = part.events().withRecordsOn(session, part.days());
        return Contributions.failing(part.events().enriched(events, List.of(part.view())), part.view())
                .withColumn("source", lit(source.name()))
                .withColumn("topic", lit(source.topic()))
                .withColumn("reason", lit(DeadLetter.EXPRESSION))
                .withColumn("message", lit(DeadLetter.failing(List.of(view))))
                .withColumn("archived_at", lit(part.state().cutTakenAt()))
                .withColumn("view", lit(view))
                .withColumn(
                        "day",
                        call_function(
                                "date_from_unix_date", col(CountedEvents.DAY).cast(DataTypes.IntegerType)))
                .select(DeadLettersTable.columns());
    }
}
