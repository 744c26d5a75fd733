package dev.tidemark.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tidemark.broker.SharedBroker;
import dev.tidemark.schema.Source;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;

class SourceTopicsTest {

    @Test
    void whatLacksIsCreatedWithUnlimitedRetentionAndWhatIsThereIsLeft() throws Exception {
        String existing = SharedBroker.createTopic("orders", 1);
        String missing = "orders-" + UUID.randomUUID();
        List<Source> sources = List.of(Orders.source(existing), Orders.source(missing));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", SharedBroker.bootstrapServers()))) {
            SourceTopics topics = new SourceTopics(admin);
            assertEquals(List.of(missing), topics.createMissing(sources));
            assertEquals(List.of(), topics.createMissing(sources));
            assertEquals(
                    Map.of(
                            new TopicPartition(missing, 0), 0L,
                            new TopicPartition(missing, 1), 0L,
                            new TopicPartition(missing, 2), 0L),
                    topics.ends(missing, 3));
            ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, missing);
            // The test broker keeps everything anyway; what counts is what the topic itself says.
            assertEquals(
                    Map.of(
                            "retention.ms", "-1",
                            "retention.bytes", "-1",
                            "cleanup.policy", "delete",
                            "message.timestamp.type", "CreateTime"),
                    admin.describeConfigs(List.of(topic)).all().get().get(topic).entries().stream()
                            .filter(each -> each.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
                            .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value)));
        }
    }
}
