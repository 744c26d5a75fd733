package dev.tidemark.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tidemark.deployment.RefusedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever of each partition was sent before an interruption, the rest is sent once, and in order. */
class ResumptionTest {

    @Property(tries = 300)
    void theRestIsSentExactlyOnceAndInOrder(
            @ForAll @Size(max = 60) List<@IntRange(max = 20) Integer> keys,
            @ForAll @IntRange(min = 1, max = 5) int partitions,
            @ForAll long seed) {
        Map<Integer, List<Integer>> whole = send(keys, nothing(partitions));
        Map<Integer, Long> ends = nothing(partitions);
        Random random = new Random(seed);
        whole.forEach((partition, lines) -> ends.put(partition, (long) random.nextInt(lines.size() + 1)));

        Map<Integer, List<Integer>> rest = send(keys, ends);

        whole.forEach((partition, lines) -> assertEquals(
                lines.subList(ends.get(partition).intValue(), lines.size()), rest.getOrDefault(partition, List.of())));
    }

    @Property(tries = 50)
    void aLogThatHoldsMoreThanTheListIsRefused(
            @ForAll @Size(max = 20) List<@IntRange(max = 20) Integer> keys, @ForAll @IntRange(max = 2) int partition) {
        Map<Integer, Long> ends = nothing(3);
        send(keys, ends).forEach((each, lines) -> ends.put(each, (long) lines.size()));
        ends.merge(partition, 1L, Long::sum);
        Resumption resumption = new Resumption(ends);
        keys.forEach(key -> resumption.next(bytes(key)));
        assertThrows(RefusedException.class, resumption::requireNothingLeft);
    }

    /** The numbers of the lines that are sent, by partition. */
    private static Map<Integer, List<Integer>> send(List<Integer> keys, Map<Integer, Long> ends) {
        Resumption resumption = new Resumption(ends);
        Map<Integer, List<Integer>> sent = new HashMap<>();
        for (int line = 0; line < keys.size(); line++) {
            int number = line;
            resumption.next(bytes(keys.get(line))).ifPresent(partition -> sent.computeIfAbsent(
                            partition, each -> new ArrayList<>())
                    .add(number));
        }
        resumption.requireNothingLeft();
        return sent;
    }

    private static Map<Integer, Long> nothing(int partitions) {
        Map<Integer, Long> ends = new HashMap<>();
        IntStream.range(0, partitions).forEach(partition -> ends.put(partition, 0L));
        return ends;
    }

    private static byte[] bytes(int key) {
        return ("airport " + key).getBytes(StandardCharsets.UTF_8);
    }
}
