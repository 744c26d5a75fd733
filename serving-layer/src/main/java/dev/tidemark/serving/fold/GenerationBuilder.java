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
import dev.tidemark.view.Cut;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SourceState;
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
import org.apache.kafka.clients.admin.Admin;

/**
 * Makes the generation of a publication, at start-up and whenever there is a new one: loads the segments that the
 * publication names, begins to count every partition at its cut, and places the feed before the first increment beyond
 * the cut.
 */
final class GenerationBuilder implements AutoCloseable {

    private final Deployment deployment;
    private final Source source;
    private final Patience patience;
    private final SegmentStore segments;
    private final Admin admin;
    private final CommittedLog committed;

    GenerationBuilder(Deployment deployment, Source source, Patience patience) {
        this.deployment = deployment;
        this.source = source;
        this.patience = patience;
        this.segments = new SegmentStore(deployment.warehouse());
        this.admin = Admin.create(deployment.kafkaAdmin());
        this.committed = new CommittedLog(deployment.kafkaClient(), source.topic());
    }

    /**
     * The generation of {@code publication}, its feed not yet started.
     *
     * @throws UnavailableException if something that it needs is not there yet
     * @throws RefusedException if the publication was made under other definitions, or counted another log
     */
    RunningGeneration build(Publication publication) {
        deployment.requireSameDefinitions(publication, source);
        DefinitionSet set = definitions();
        SourceLog log = SourceLog.of(admin, source.topic());
        Optional<SourceState> state = publication.source(source.name());
        Cut cut = state.map(SourceState::cut).orElse(Cut.NONE);
        log.requireKnown(source, cut.logs().keySet());
        Map<String, List<Segment>> published = segments.load(publication, set);
        Generation generation = new Generation(publication, set, log.id(), published);
        String topic = deployment.incrementsTopic(source.name(), set.id());
        IncrementsFeed feed = new IncrementsFeed(deployment.kafkaClient(), topic, new IncrementFormat(set.shapes()));
        try {
            int partitions = partitionsOf(topic);
            Map<Integer, Long> cuts = cuts(log, cut, feed, partitions);
            cuts.forEach(generation::start);
            feed.open(partitions, since(log, cut, state));
            return new RunningGeneration(generation, feed, new GapCloser(generation, feed, patience.increment()));
        } catch (RuntimeException e) {
            feed.close();
            throw e;
        }
    }

    private DefinitionSet definitions() {
        String id = deployment.definitionSetId(source.name());
        return deployment
                .warehouse()
                .loadDefinitions(source.name(), id)
                .orElseThrow(() -> new UnavailableException(("definition set %s of source %s is not in the warehouse"
                                + " yet: `tidemark speed` and `tidemark recompute` put it there")
                        .formatted(id, source.name())));
    }

    private int partitionsOf(String topic) {
        try {
            return SourceLog.of(admin, topic).partitions();
        } catch (UnavailableException e) {
            // The speed layer creates it; until then there is nothing to fold, and the watch finds it later.
            return 0;
        }
    }

    private Map<Integer, Long> cuts(SourceLog log, Cut cut, IncrementsFeed feed, int increments) {
        Map<Integer, Long> starts = committed.starts(log.partitions());
        Map<Integer, Long> cuts = new TreeMap<>();
        Set<String> counted = new HashSet<>();
        for (int partition = 0; partition < log.partitions(); partition++) {
            OptionalLong published = cut.of(log.id(), partition);
            if (published.isPresent()) {
                cuts.put(partition, published.getAsLong());
            } else {
                Optional<Increment> first = partition < increments ? feed.first(partition) : Optional.empty();
                first.ifPresent(increment -> counted.add(increment.position().log()));
                cuts.put(partition, Math.min(starts.get(partition), firstOffset(log, first)));
            }
        }
        log.requireKnown(source, counted);
        return cuts;
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
