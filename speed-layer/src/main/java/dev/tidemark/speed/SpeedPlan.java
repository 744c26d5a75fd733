package dev.tidemark.speed;

import dev.tidemark.compile.ViewCompiler;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.deployment.Standing;
import dev.tidemark.schema.Format;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Cut;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Publication;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the queries will read and write, found out anew at every start.
 *
 * @param sets the definition sets that are streamed
 * @param sources how the stated sets are streamed
 * @param outgoing how the outgoing ones are
 */
record SpeedPlan(StreamedSets sets, List<SpeedSource> sources, List<SpeedSource> outgoing) {

    private static final Logger LOG = LoggerFactory.getLogger(SpeedPlan.class);

    /** Finds out; creates the internal topics that lack. */
    static SpeedPlan of(Deployment deployment) {
        Map<String, Object> settings = new HashMap<>(deployment.kafkaClient());
        settings.put("enable.auto.commit", "false");
        try (Admin admin = Admin.create(deployment.kafkaAdmin());
                KafkaConsumer<byte[], byte[]> consumer =
                        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            Publication published = deployment.warehouse().publications().latest();
            StreamedSets sets = StreamedSets.of(deployment, published);
            deployment.sources().forEach(source -> tellIfOutdated(deployment, published, source));
            Planner planner = new Planner(deployment, published, admin, new ResumePoint(consumer));
            return new SpeedPlan(sets, planner.sources(sets.stated(), true), planner.sources(sets.outgoing(), false));
        }
    }

    private static void tellIfOutdated(Deployment deployment, Publication published, Source source) {
        if (Standing.of(deployment, published, source) instanceof Standing.Outdated outdated) {
            LOG.warn(
                    "source {}: {}; what publication {} holds is streamed alone: {}",
                    source.name(),
                    outdated.story(),
                    published.number(),
                    outdated.remedy());
        }
    }

    /** All of them. */
    List<SpeedSource> all() {
        return Stream.of(sources, outgoing).flatMap(List::stream).toList();
    }

    /** How many task slots the queries need at once: one a partition. */
    int slots() {
        return all().stream().mapToInt(source -> source.log().partitions()).sum();
    }

    /** Whether events are joined with reference tables. */
    boolean readsReferences() {
        return all().stream().anyMatch(source -> !source.set().enrichments().isEmpty());
    }

    private record Planner(Deployment deployment, Publication published, Admin admin, ResumePoint resume) {

        List<SpeedSource> sources(List<StreamedSets.Ref> sets, boolean copies) {
            return sets.stream()
                    .map(this::definitions)
                    .filter(set -> !set.views().isEmpty())
                    .map(set -> source(set, copies))
                    .toList();
        }

        private DefinitionSet definitions(StreamedSets.Ref ref) {
            if (!ref.fromFiles()) {
                return readable(deployment.warehouse().requireDefinitions(ref.source(), ref.id()));
            }
            deployment.requireReferences();
            return ViewCompiler.resolve(
                    deployment.source(ref.source()), deployment.streamedViewsOf(ref.source()), deployment.zone());
        }

        /** A set that was kept, with what is not kept of its source's format: a schema registry. */
        private DefinitionSet readable(DefinitionSet kept) {
            Format before = kept.source().format();
            Format now = deployment.source(kept.source().name()).format();
            if (!now.name().equals(before.name())) {
                throw new RefusedException(
                        ("the values of source %s are %s, but they were %s when its views were published"
                                        + " (avro with a schema registry is confluent-avro); accepted is the same format: send other"
                                        + " values to another topic, as another source")
                                .formatted(kept.source().name(), now.name(), before.name()));
            }
            return new DefinitionSet(kept.id(), kept.source().in(now), kept.zone(), kept.views());
        }

        private SpeedSource source(DefinitionSet set, boolean copies) {
            Source source = set.source();
            SourceLog log = SourceLog.of(admin, source.topic());
            WrittenTopics topics = new WrittenTopics(admin);
            String increments = topics.increments(deployment, set, log);
            if (copies) {
                topics.beside(source, log);
            }
            deployment.warehouse().saveDefinitions(set);
            Cut cut = published
                    .source(source.name())
                    .map(Publication.SourceState::cut)
                    .orElse(Cut.NONE);
            return new SpeedSource(log, set, increments, copies, resume.of(log, set, increments, copies, cut));
        }
    }
}
