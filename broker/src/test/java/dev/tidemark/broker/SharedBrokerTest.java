package dev.tidemark.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;

class SharedBrokerTest {

    @Test
    void everyTopicIsNewAndReadyWithItsPartitions() throws Exception {
        String first = SharedBroker.createTopic("orders", 3);
        String second = SharedBroker.createTopic("orders", 3);
        assertNotEquals(first, second);
        assertTrue(first.startsWith("orders-"), first);
        try (Admin admin = new Topics(SharedBroker.bootstrapServers()).admin()) {
            var topics =
                    admin.describeTopics(List.of(first, second)).allTopicNames().get();
            topics.values().forEach(topic -> assertEquals(3, topic.partitions().size()));
        }
    }

    @Test
    void settingsReachTheTopic() throws Exception {
        String topic = SharedBroker.createTopic("kept", 1, Map.of("message.timestamp.type", "LogAppendTime"));
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try (Admin admin = new Topics(SharedBroker.bootstrapServers()).admin()) {
            var config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
            assertEquals("LogAppendTime", config.get("message.timestamp.type").value());
            assertEquals(
                    "-1", config.get("retention.ms").value(), "a topic keeps its records unless it says otherwise");
        }
    }

    @Test
    void aRefusedTopicSaysWhy() {
        IllegalStateException refusal = assertThrows(
                IllegalStateException.class, () -> SharedBroker.createTopic("odd", 1, Map.of("no.such.setting", "1")));
        assertTrue(refusal.getMessage().contains("no.such.setting"), refusal.getMessage());
    }
}
