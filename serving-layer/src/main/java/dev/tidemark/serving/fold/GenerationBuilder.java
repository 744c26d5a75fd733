package dev.tidemark.serving.fold;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.schema.Increment;
import dev.tidemark.schema.IncrementFormat;
import dev.tidemark.schema.Source;
import dev.tidemark.serving.segment.Segment;
import dev.tidemark.serving.segment.SegmentStore;
import dev.tidemark.serving.spool.SpoolHome;
import dev.tidemark.serving.spool.SpoolKey;
import dev.tidemark.view.Cut;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SourceState;
import dev.tidemark.view.View;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;

/**
 * Makes the generation of a publication, at start-up and whenever there is a new one: loads the segments that the
 * publication names, begins to count every partition at its cut, and places the feed before the first increment beyond
 * the cut; or, where slices of the tail are spooled, begins where they end.
 */
final class GenerationBuilder implements AutoCloseable {

    private final Deployment deployment;
    private final Source source;
    private final Patience patience;
    private final Optional<SpoolHome> spools;
    private final Predicate<View> kept;
    private final SegmentStore segments;

    /** What was loaded last, so that the next generation, or the same one tried again, need not read it again. */
    private Map<String, List<Segment>> loaded = Map.of();

    private final Admin admin;
    private final CommittedLog committed;

    /**
     * @param spools where slices of the tail are kept; empty if none are
     * @param segments what reads the published segments
     * @param kept whether a view's cells are, and can be asked for
     */
    GenerationBuilder(
            Deployment deployment,
            Source source,
            Patience patience,
            Optional<SpoolHome> spools,
            SegmentStore segments,
            Predicate<View> kept) {
        this.kept = kept;
        this.deployment = deployment;
        this.spools = spools;
        this.source = source;
        this.patience = patience;
        this.segments = segments;
        this.admin = Admin.create(deployment.kafkaAdmin());
        this.committed = new CommittedLog(deployment.kafkaClient(), source.topic());
    }

    /**
     * The generation of {@code publication}, its feed not yet started.
     *
     * @throws UnavailableException if something that it needs is not there yet
     * @throws RefusedException if the publication counted another log
     */
    RunningGeneration build(Publication publication) {
        Optional<SourceState> state = publication.source(source.name());
        ServedDefinitions definitions = definitions(state);
        DefinitionSet set = definitions.streamed();
        SourceLog log = SourceLog.of(admin, source.topic());
        Cut cut = state.map(SourceState::cut).orElse(Cut.NONE);
        log.requireKnown(source, cut.logs().keySet());
        loaded = segments.load(publication, List.of(set, definitions.batch()), kept);
        Generation generation = new Generation(publication, definitions, log.id(), loaded, kept);
        String topic = deployment.incrementsTopic(source.name(), set.id());
        IncrementsFeed feed = new IncrementsFeed(deployment.kafkaClient(), topic, new IncrementFormat(set.shapes()));
        Optional<Spooling> spooling = spools.map(home -> spooling(home, generation));
        try {
            // The speed layer creates the topic; until then there is nothing to fold, and the watch finds it later.
            Optional<SourceLog> increments = SourceLog.find(admin, topic);
            int partitions = increments.map(SourceLog::partitions).orElse(0);
            Map<Integer, Long> begins = begins(log, cut, definitions, feed, partitions);
            Map<Integer, Long> resume = spooling.isPresent() && increments.isPresent()
                    ? spooling.get().load(increments.get().id(), begins, committed.ends(log.partitions()))
                    : Map.of();
            begins.forEach(generation::start);
            feed.open(partitions, definitions.hasStreamAlone() ? Map.of() : since(log, cut, state), resume);
            GapCloser gaps = new GapCloser(generation, feed, patience.increment());
            return new RunningGeneration(generation, feed, gaps, spooling);
        } catch (RuntimeException e) {
            feed.close();
            spooling.ifPresent(Spooling::close);
            throw e;
        }
    }

    private Spooling spooling(SpoolHome home, Generation generation) {
        DefinitionSet set = generation.definitions().streamed();
        return new Spooling(
                generation,
                home.pace(),
                increments -> home.spool(
                        SpoolKey.of(
                                deployment.name(),
                                source.name(),
                                set.id(),
                                generation.log(),
                                increments,
                                generation.publication()),
                        set));
    }

    /** What was published answers, whatever the files state by now; before the first publication the files do. */
    private ServedDefinitions definitions(Optional<SourceState> state) {
        String name = source.name();
        if (state.isPresent()) {
            List<DefinitionSet> sets = deployment.warehouse().publishedDefinitions(name, state.get());
            return new ServedDefinitions(sets.get(0), sets.get(1));
        }
        if (deployment.streamedViewsOf(name).isEmpty()) {
            throw new UnavailableException("batch alone computes its views, and nothing has been published yet: run"
                    + " `tidemark archive` and `tidemark recompute`");
        }
        DefinitionSet none = new DefinitionSet(deployment.batchSetId(name), source, deployment.zone(), List.of());
        return new ServedDefinitions(
                deployment.warehouse().requireDefinitions(name, deployment.definitionSetId(name)), none);
    }

    /**
     * Where to begin to count each partition: where its increments or the log do, or at the published cut where nothing
     * below it is wanted.
     */
    private Map<Integer, Long> begins(
            SourceLog log, Cut cut, ServedDefinitions definitions, IncrementsFeed feed, int increments) {
        Map<Integer, Long> starts = committed.starts(log.partitions());
        Map<Integer, Long> begins = new TreeMap<>();
        Set<String> counted = new HashSet<>();
        // A broker may know less of the topic than what was published.
        int partitions = Math.max(
                log.partitions(),
                cut.logs().getOrDefault(log.id(), Map.of()).keySet().stream()
                        .mapToInt(partition -> partition + 1)
                        .max()
                        .orElse(0));
        for (int partition = 0; partition < partitions; partition++) {
            OptionalLong published = cut.of(log.id(), partition);
            if (published.isPresent() && !definitions.hasStreamAlone()) {
                begins.put(partition, published.getAsLong());
            } else {
                Optional<Increment> first = partition < increments ? feed.first(partition) : Optional.empty();
                first.ifPresent(increment -> counted.add(increment.position().log()));
                begins.put(partition, Math.min(starts.getOrDefault(partition, 0L), firstOffset(log, first)));
            }
        }
        log.requireKnown(source, counted);
        return begins;
    }

    /** Retention may have removed events from the topic that their increments still count. */
    private static long firstOffset(SourceLog log, Optional<Increment> first) {
        return first.filter(increment -> increment.position().log().equals(log.id()))
                .map(Increment::from)
                .orElse(Long.MAX_VALUE);
    }

    /** No increment beyond the cut is older than the cut, by the broker's clock. */
    private Map<Integer, Instant> since(SourceLog log, Cut cut, Optional<SourceState> state) {
        Map<Integer, Instant> since = new HashMap<>();
        for (int partition = 0; partition < log.partitions(); partition++) {
            if (cut.of(log.id(), partition).isPresent()) {
                since.put(partition, state.orElseThrow().cutTakenAt().minus(patience.clocks()));
            }
        }
        return since;
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(1));
        committed.close();
    }
}
