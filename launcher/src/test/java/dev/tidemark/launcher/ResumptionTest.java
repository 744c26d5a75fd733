package dev.tidemark.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.deployment.RefusedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.apache.kafka.common.TopicPartition;

/** Whatever of each partition was sent before an interruption, the rest is sent once, and in order. */
class ResumptionTest {

    private static final List<String> TOPICS = List.of("orders", "payments");

    @Property(tries = 300)
    void theRestIsSentExactlyOnceAndInOrder(
            @ForAll @Size(max = 60) List<@IntRange(max = 20) Integer> keys,
            @ForAll @IntRange(min = 1, max = 5) int partitions,
            @ForAll long seed) {
        Map<TopicPartition, List<Integer>> whole = send(keys, nothing(partitions));
        Map<TopicPartition, Long> ends = nothing(partitions);
        Random random = new Random(seed);
        whole.forEach((partition, events) -> ends.put(partition, (long) random.nextInt(events.size() + 1)));

        Map<TopicPartition, List<Integer>> rest = send(keys, ends);

        whole.forEach((partition, events) -> assertEquals(
                events.subList(ends.get(partition).intValue(), events.size()),
                rest.getOrDefault(partition, List.of())));
    }

    @Property(tries = 50)
    void aLogThatHoldsMoreThanTheSequenceIsRefused(
            @ForAll @Size(max = 20) List<@IntRange(max = 20) Integer> keys, @ForAll @IntRange(max = 2) int partition) {
        Map<TopicPartition, Long> ends = nothing(3);
        send(keys, ends).forEach((each, events) -> ends.put(each, (long) events.size()));
        ends.merge(new TopicPartition(TOPICS.get(0), partition), 1L, Long::sum);
        Resumption resumption = new Resumption(ends);
        for (int number = 0; number < keys.size(); number++) {
            resumption.isSent(partition(resumption, number, keys));
        }
        assertThrows(RefusedException.class, resumption::requireDone);
    }

    /** The numbers of the events that are sent, by partition. */
    private static Map<TopicPartition, List<Integer>> send(List<Integer> keys, Map<TopicPartition, Long> ends) {
        Resumption resumption = new Resumption(ends);
        Map<TopicPartition, List<Integer>> sent = new HashMap<>();
        for (int number = 0; number < keys.size(); number++) {
            TopicPartition partition = partition(resumption, number, keys);
            if (!resumption.isSent(partition)) {
                sent.computeIfAbsent(partition, each -> new ArrayList<>()).add(number);
            }
        }
        assertTrue(resumption.isDone());
        return sent;
    }

    /** The topics take turns, now and then. */
    private static TopicPartition partition(Resumption resumption, int number, List<Integer> keys) {
        byte[] key = ("customer " + keys.get(number)).getBytes(StandardCharsets.UTF_8);
        return resumption.partition(TOPICS.get(number / 3 % 2), key);
    }

    private static Map<TopicPartition, Long> nothing(int partitions) {
        Map<TopicPartition, Long> ends = new HashMap<>();
        for (String topic : TOPICS) {
            for (int partition = 0; partition < partitions; partition++) {
                ends.put(new TopicPartition(topic, partition), 0L);
            }
        }
        return ends;
    }
}
