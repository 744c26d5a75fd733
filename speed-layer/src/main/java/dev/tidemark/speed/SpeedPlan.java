package dev.tidemark.speed;

import dev.tidemark.compile.ViewCompiler;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Cut;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Publication;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What the query will read and write, found out anew at every start.
 *
 * @param sources the sources that have views
 */
record SpeedPlan(List<SpeedSource> sources) {

    /** Finds out; creates the internal topics that lack. */
    static SpeedPlan of(Deployment deployment) {
        Map<String, Object> settings = new HashMap<>(deployment.kafkaClient());
        settings.put("enable.auto.commit", "false");
        try (Admin admin = Admin.create(deployment.kafkaAdmin());
                KafkaConsumer<byte[], byte[]> consumer =
                        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            Publication published = deployment.warehouse().publications().latest();
            List<SpeedSource> sources = deployment.sources().stream()
                    .filter(source -> !deployment.viewsOf(source.name()).isEmpty())
                    .map(source -> source(deployment, source, published, admin, new ResumePoint(consumer)))
                    .toList();
            return new SpeedPlan(sources);
        }
    }

    private static SpeedSource source(
            Deployment deployment, Source source, Publication published, Admin admin, ResumePoint resume) {
        deployment.requireSameDefinitions(published, source);
        DefinitionSet set = ViewCompiler.resolve(source, deployment.viewsOf(source.name()), deployment.zone());
        SourceLog log = SourceLog.of(admin, source.topic());
        String topic = IncrementsTopic.ensure(admin, deployment, source, log);
        deployment.warehouse().saveDefinitions(set);
        Cut cut = published
                .source(source.name())
                .map(Publication.SourceState::cut)
                .orElse(Cut.NONE);
        return new SpeedSource(source, log, set, topic, resume.of(source, log, set, topic, cut));
    }

    /** How many task slots the query needs at once: one a partition. */
    int slots() {
        return sources.stream().mapToInt(source -> source.log().partitions()).sum();
    }
}
