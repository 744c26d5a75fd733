package dev.tidemark.speed;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * Where partitions end, asked when someone wants to know and the last answer is older than a second. While the broker
 * does not answer, the last answer stands. Thread-safe.
 */
final class LogEnds implements AutoCloseable {

    private static final long FRESH_NANOS = 1_000_000_000L;

    private final Admin admin;
    private final Map<TopicPartition, OffsetSpec> asked;
    private final Map<TopicPartition, Long> ends = new ConcurrentHashMap<>();
    private boolean answered;
    private long askedAt = System.nanoTime() - FRESH_NANOS;

    /** @param admin becomes this object's to close */
    LogEnds(Admin admin, Set<TopicPartition> partitions) {
        this.admin = admin;
        this.asked = partitions.stream()
                .collect(Collectors.toUnmodifiableMap(partition -> partition, partition -> OffsetSpec.latest()));
    }

    /** The end offset of a partition; not a number before the broker has answered. */
    double of(TopicPartition partition) {
        ask();
        Long end = ends.get(partition);
        return end == null ? Double.NaN : end;
    }

    /** Whether the broker answered when it was last asked. */
    boolean brokerAnswers() {
        return ask();
    }

    private synchronized boolean ask() {
        if (System.nanoTime() - askedAt < FRESH_NANOS) {
            return answered;
        }
        try {
            admin.listOffsets(asked).all().get().forEach((partition, found) -> ends.put(partition, found.offset()));
            answered = true;
        } catch (ExecutionException e) {
            answered = false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            answered = false;
        }
        askedAt = System.nanoTime();
        return answered;
    }

    @Override
    public void close() {
        admin.close();
    }
}
