package dev.tidemark.speed;

import dev.tidemark.compile.EarlierIds;
import dev.tidemark.schema.Judge;
import dev.tidemark.schema.PartitionJudge;
import dev.tidemark.schema.SeenIds;
import dev.tidemark.schema.Source;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ids of a topic's events, from the task before in the same process, or else read back from the topic: as far as an
 * id is remembered, so that a process that starts knows what the one before it knew.
 *
 * @param log the log that the topic is
 * @param topic the topic
 * @param definitions the definition set that the topic is streamed for
 * @param kafka the settings of Kafka's clients
 */
record LogIds(String log, String topic, String definitions, Map<String, Object> kafka) implements EarlierIds {

    private static final Logger LOG = LoggerFactory.getLogger(LogIds.class);
    private static final Duration POLL = Duration.ofMillis(200);

    private record Key(String log, String definitions, int partition) {}

    /** @param next the offset after the last event whose id is among them */
    private record Kept(long next, SeenIds ids) {}

    private static final ConcurrentMap<Key, Kept> KEPT = new ConcurrentHashMap<>();

    LogIds {
        kafka = new HashMap<>(kafka);
    }

    @Override
    public SeenIds before(Source source, Judge judge, Record first) {
        Duration within = source.deduplication().orElseThrow().within();
        Kept kept = KEPT.remove(key(first.partition()));
        if (kept != null && kept.next() == first.offset()) {
            return kept.ids();
        }
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            TopicPartition partition = new TopicPartition(topic, first.partition());
            consumer.assign(List.of(partition));
            if (kept != null && kept.next() <= first.offset()) {
                return read(consumer, partition, kept.next(), first.offset(), judge, source, kept.ids());
            }
            long began = System.nanoTime();
            long since = start(consumer, partition, first.timestamp() - within.toMillis(), first.offset());
            SeenIds ids = read(consumer, partition, since, first.offset(), judge, source, new SeenIds(within));
            LOG.info(
                    "{}: {} ids of the last {} are known again after reading offsets {} to {}, in {} ms",
                    partition,
                    ids.size(),
                    within,
                    since,
                    first.offset(),
                    (System.nanoTime() - began) / 1_000_000);
            return ids;
        }
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        Map<String, Object> settings = new HashMap<>(kafka);
        settings.put("enable.auto.commit", "false");
        settings.put("isolation.level", "read_committed");
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Everything before the first record that is stamped no earlier than {@code time} is forgotten by then. */
    private static long start(
            KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition, long time, long otherwise) {
        OffsetAndTimestamp found =
                consumer.offsetsForTimes(Map.of(partition, Math.max(0, time))).get(partition);
        return found == null ? otherwise : Math.min(found.offset(), otherwise);
    }

    private static SeenIds read(
            KafkaConsumer<byte[], byte[]> consumer,
            TopicPartition partition,
            long from,
            long to,
            Judge judge,
            Source source,
            SeenIds ids) {
        PartitionJudge inOrder = new PartitionJudge(source, ids);
        consumer.seek(partition, from);
        while (consumer.position(partition) < to) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                if (record.offset() < to) {
                    inOrder.judge(judge, record.value(), record.timestamp(), record.offset());
                }
            }
        }
        return ids;
    }

    @Override
    public void keep(int partition, long next, SeenIds ids) {
        KEPT.put(key(partition), new Kept(next, ids));
    }

    private Key key(int partition) {
        return new Key(log, definitions, partition);
    }
}
