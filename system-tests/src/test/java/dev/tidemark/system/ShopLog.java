package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.schema.Source;
import dev.tidemark.shop.ShopEvent;
import dev.tidemark.shop.ShopTraffic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.Utils;

/**
 * All that stands in the topics of a shop, next to the events that its generator makes.
 *
 * @param events the events of each partition, as the generator makes them
 * @param records the same, as they were sent
 */
record ShopLog(
        Map<TopicPartition, List<ShopEvent>> events,
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> records) {

    private static final int PARTITIONS = 3;
    private static final Duration ALLOWED_LATENESS = Duration.ofHours(1);

    /** The source whose late events wait for batch. */
    private static final String DEFERRING = "clicks";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Reads the topics; fails unless they hold the traffic's first events, each once and in its order. */
    static ShopLog read(Deployment deployment, ShopTraffic traffic) {
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> log = records(deployment);
        long left = log.values().stream().mapToLong(List::size).sum();
        Map<TopicPartition, List<ShopEvent>> events = new HashMap<>();
        log.keySet().forEach(partition -> events.put(partition, new ArrayList<>()));
        while (left > 0) {
            ShopEvent event = traffic.next();
            TopicPartition partition = partition(event);
            int offset = events.get(partition).size();
            if (offset < log.get(partition).size()) {
                assertIs(event, log.get(partition).get(offset));
                events.get(partition).add(event);
                left--;
            }
        }
        return new ShopLog(events, log);
    }

    private static TopicPartition partition(ShopEvent event) {
        return new TopicPartition(event.source(), Utils.toPositive(Utils.murmur2(event.key())) % PARTITIONS);
    }

    private static void assertIs(ShopEvent event, ConsumerRecord<byte[], byte[]> found) {
        assertEquals(text(event.line(found.timestamp())), text(found.value()));
        assertEquals(text(event.key()), text(found.key()));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> records(Deployment deployment) {
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> log = new HashMap<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                deployment.kafkaClient(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> all = partitions(deployment);
            all.forEach(partition -> log.put(partition, new ArrayList<>()));
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            while (all.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
                consumer.poll(Duration.ofSeconds(1))
                        .forEach(found -> log.get(new TopicPartition(found.topic(), found.partition()))
                                .add(found));
            }
        }
        return log;
    }

    private static List<TopicPartition> partitions(Deployment deployment) {
        return deployment.sources().stream()
                .map(Source::topic)
                .flatMap(topic ->
                        IntStream.range(0, PARTITIONS).mapToObj(partition -> new TopicPartition(topic, partition)))
                .toList();
    }

    /** How many events there are, without a look at them: nothing in a shop is sent in transactions. */
    static long size(Deployment deployment) {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                deployment.kafkaClient(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            return consumer.endOffsets(partitions(deployment)).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
        }
    }

    /** How many events of a source an answer counts, by its certificate. */
    long counted(JsonNode answer) {
        return countedEvents(answer).size();
    }

    /**
     * Which events of a source an answer counts, by its certificate: those of a partition in order, the well-formed ones, each
     * once though it may have been reported twice, and late clicks beyond the cut not at all.
     */
    List<JsonNode> countedEvents(JsonNode answer) {
        List<JsonNode> counted = new ArrayList<>();
        for (JsonNode partition : answer.at("/certificate/partitions")) {
            TopicPartition key = new TopicPartition(
                    partition.get("topic").asText(), partition.get("partition").asInt());
            Set<String> lines = new HashSet<>();
            int deferred = 0;
            for (int offset = 0; offset < partition.get("through").asInt(); offset++) {
                ShopEvent event = events.get(key).get(offset);
                if (event.isMalformed() || !lines.add(text(event.line()))) {
                    continue;
                }
                ConsumerRecord<byte[], byte[]> found = records.get(key).get(offset);
                JsonNode value = json(found.value());
                if (offset >= partition.get("cut").asInt() && isDeferred(found, value)) {
                    deferred++;
                } else {
                    counted.add(value);
                }
            }
            assertEquals(deferred, partition.get("deferred").asInt(), answer.get("certificate")::toString);
        }
        return counted;
    }

    /** Of how many thefts of cards an answer counts both payments. */
    long countedFrauds(JsonNode answer) {
        Map<String, Set<String>> payments = new HashMap<>();
        for (JsonNode partition : answer.at("/certificate/partitions")) {
            TopicPartition key = new TopicPartition(
                    partition.get("topic").asText(), partition.get("partition").asInt());
            events.get(key).stream().limit(partition.get("through").asLong()).forEach(event -> event.fraud()
                    .ifPresent(fraud -> payments.computeIfAbsent(fraud, id -> new HashSet<>())
                            .add(text(event.line()))));
        }
        return payments.values().stream().filter(both -> both.size() == 2).count();
    }

    private static boolean isDeferred(ConsumerRecord<byte[], byte[]> found, JsonNode value) {
        return found.topic().equals(DEFERRING)
                && Instant.parse(value.get("clicked_at").asText())
                        .plus(ALLOWED_LATENESS)
                        .isBefore(Instant.ofEpochMilli(found.timestamp()));
    }

    private static JsonNode json(byte[] value) {
        try {
            return JSON.readTree(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
