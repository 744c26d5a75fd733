package dev.tidemark.speed;

import dev.tidemark.compile.EarlierIds;
import dev.tidemark.compile.ids.DiskIds;
import dev.tidemark.schema.Judge;
import dev.tidemark.schema.PartitionJudge;
import dev.tidemark.schema.SeenIds;
import dev.tidemark.schema.Source;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * <p>Between two tasks the ids are kept here, and closed here if no task will ask for them: those of a task that has begun
 * elsewhere, and those of logs and definition sets that are not streamed any more.
 *
 * @param log the log that the topic is
 * @param topic the topic
 * @param definitions the definition set that the topic is streamed for
 * @param inMemory how many ids of a partition are kept in memory, {@link SeenIds#IN_MEMORY} but in tests
 * @param kafka the settings of Kafka's clients
 */
record LogIds(String log, String topic, String definitions, int inMemory, Map<String, Object> kafka)
        implements EarlierIds {

    private static final Logger LOG = LoggerFactory.getLogger(LogIds.class);
    private static final Duration POLL = Duration.ofMillis(200);

    private record Key(String log, String definitions, int partition) {

        boolean isOf(SpeedSource source) {
            return log.equals(source.log().id())
                    && definitions.equals(source.set().id());
        }
    }

    /** @param next the offset after the last event whose id is among them */
    private record Kept(long next, SeenIds ids) {}

    private static final ConcurrentMap<Key, Kept> KEPT = new ConcurrentHashMap<>();

    LogIds {
        kafka = new HashMap<>(kafka);
    }

    @Override
    public SeenIds before(Source source, Judge judge, Record first) {
        Optional<Kept> kept = take(first);
        if (kept.isPresent() && kept.get().next() == first.offset()) {
            return kept.get().ids();
        }
        Duration within = source.deduplication().orElseThrow().within();
        SeenIds ids = kept.map(Kept::ids).orElseGet(() -> new SeenIds(within, inMemory, DiskIds::open));
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            TopicPartition partition = new TopicPartition(topic, first.partition());
            consumer.assign(List.of(partition));
            long began = System.nanoTime();
            long since = kept.map(Kept::next)
                    .orElseGet(() -> start(consumer, partition, first.timestamp() - within.toMillis(), first.offset()));
            read(consumer, partition, since, first.offset(), judge, new PartitionJudge(source, ids));
            if (kept.isEmpty()) {
                LOG.info(
                        "{}: {} ids of the last {} are known again after reading offsets {} to {}, in {} ms",
                        partition,
                        ids.size(),
                        within,
                        since,
                        first.offset(),
                        (System.nanoTime() - began) / 1_000_000);
            }
            return ids;
        } catch (RuntimeException | Error e) {
            ids.close();
            throw e;
        }
    }

    /** Takes what the task before has left, if it did not go further than where this one begins. */
    private Optional<Kept> take(Record first) {
        Kept kept = KEPT.remove(key(first.partition()));
        if (kept != null && kept.next() > first.offset()) {
            kept.ids().close();
            return Optional.empty();
        }
        return Optional.ofNullable(kept);
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        Map<String, Object> settings = new HashMap<>(kafka);
        settings.put("enable.auto.commit", "false");
        settings.put("isolation.level", "read_committed");
        // What retention removes while it is being read back is not known; all that is left is.
        settings.put("auto.offset.reset", "earliest");
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Everything before the first record that is stamped no earlier than {@code time} is forgotten by then. */
    private static long start(
            KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition, long time, long otherwise) {
        OffsetAndTimestamp found =
                consumer.offsetsForTimes(Map.of(partition, Math.max(0, time))).get(partition);
        return found == null ? otherwise : Math.min(found.offset(), otherwise);
    }

    private static void read(
            KafkaConsumer<byte[], byte[]> consumer,
            TopicPartition partition,
            long from,
            long to,
            Judge judge,
            PartitionJudge inOrder) {
        consumer.seek(partition, from);
        while (consumer.position(partition) < to) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                if (record.offset() < to) {
                    inOrder.judge(judge, record.value(), record.timestamp(), record.offset());
                }
            }
        }
    }

    @Override
    public void keep(int partition, long next, SeenIds ids) {
        Kept before = KEPT.put(key(partition), new Kept(next, ids));
        if (before != null) {
            before.ids().close();
        }
    }

    /** Gives up what is kept in this process of all that is not streamed. */
    static void keepOnly(List<SpeedSource> streamed) {
        for (Key key : List.copyOf(KEPT.keySet())) {
            if (streamed.stream().noneMatch(key::isOf)) {
                // Whoever has removed it closes it.
                Optional.ofNullable(KEPT.remove(key))
                        .ifPresent(kept -> kept.ids().close());
            }
        }
    }

    private Key key(int partition) {
        return new Key(log, definitions, partition);
    }
}
