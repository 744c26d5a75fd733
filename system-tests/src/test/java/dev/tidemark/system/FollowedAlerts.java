package dev.tidemark.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.deadletter.LetterReader;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** What a reader of committed records finds on an alert topic. Accumulates; not thread-safe. */
final class FollowedAlerts implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration POLL = Duration.ofMillis(100);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final TopicPartition partition;
    private final List<JsonNode> found = new ArrayList<>();

    /** From its beginning on; it need not be there yet. */
    FollowedAlerts(Deployment deployment, String topic) {
        this.consumer = LetterReader.consumer(deployment);
        this.partition = new TopicPartition(topic, 0);
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
    }

    /** All that is committed by now, in order. */
    List<JsonNode> all() throws IOException {
        long end = consumer.endOffsets(List.of(partition)).get(partition);
        while (consumer.position(partition) < end) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                found.add(JSON.readTree(record.value()));
            }
        }
        return Collections.unmodifiableList(found);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
