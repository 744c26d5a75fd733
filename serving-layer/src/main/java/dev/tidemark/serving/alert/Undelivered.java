package dev.tidemark.serving.alert;

import dev.tidemark.deployment.Alerting;
import dev.tidemark.deployment.Deployment;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many alerts of each view wait for its webhook: those on the topic at or beyond the offsets that the webhook has
 * committed. An accumulator; thread-safe.
 */
public final class Undelivered {

    /**
     * How far a webhook has come.
     *
     * @param waiting how many alerts it has yet to deliver
     * @param delivered how many the receiver has taken
     * @param givenUp how many it never will
     */
    public record Count(long waiting, long delivered, long givenUp) {}

    private static final Logger LOG = LoggerFactory.getLogger(Undelivered.class);

    private final Map<String, String> viewsByGroup = new HashMap<>();
    private final Map<String, Map<Integer, Deque<Long>>> waiting = new HashMap<>();
    private final Map<String, Map<Integer, Delivered>> committed = new HashMap<>();

    Undelivered(Deployment deployment) {
        for (Alerting alerting : deployment.alerting()) {
            if (alerting.webhook().isPresent()) {
                viewsByGroup.put(deployment.webhookGroup(alerting.view()), alerting.view());
                waiting.put(alerting.view(), new TreeMap<>());
                committed.put(alerting.view(), Map.of());
            }
        }
    }

    /** An alert of the view is on the topic. */
    synchronized void add(String view, int partition, long offset) {
        if (waiting.containsKey(view)) {
            waiting.get(view)
                    .computeIfAbsent(partition, number -> new ArrayDeque<>())
                    .addLast(offset);
            drop(view);
        }
    }

    synchronized void clear() {
        waiting.values().forEach(Map::clear);
    }

    synchronized Count count(String view) {
        long offsets =
                waiting.get(view).values().stream().mapToLong(Deque::size).sum();
        Collection<Delivered> partitions = committed.get(view).values();
        return new Count(
                offsets,
                partitions.stream().mapToLong(Delivered::delivered).sum(),
                partitions.stream().mapToLong(Delivered::givenUp).sum());
    }

    /** Asks the broker what has been committed; if it does not say, what it last said stands. */
    void look(Admin admin) {
        if (viewsByGroup.isEmpty()) {
            return;
        }
        Map<String, ListConsumerGroupOffsetsSpec> groups = new HashMap<>();
        viewsByGroup.keySet().forEach(group -> groups.put(group, new ListConsumerGroupOffsetsSpec()));
        try {
            admin.listConsumerGroupOffsets(groups).all().get().forEach((group, offsets) -> {
                Map<Integer, Delivered> found = new HashMap<>();
                offsets.forEach((partition, offset) -> put(found, partition.partition(), offset));
                take(viewsByGroup.get(group), found);
            });
        } catch (ExecutionException e) {
            LOG.debug("the broker does not say what webhooks have delivered", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void put(Map<Integer, Delivered> found, int partition, OffsetAndMetadata offset) {
        if (offset != null) {
            found.put(partition, Delivered.of(offset));
        }
    }

    private synchronized void take(String view, Map<Integer, Delivered> found) {
        committed.put(view, found);
        drop(view);
    }

    private void drop(String view) {
        committed.get(view).forEach((partition, delivered) -> {
            Deque<Long> offsets = waiting.get(view).getOrDefault(partition, new ArrayDeque<>());
            while (!offsets.isEmpty() && offsets.peekFirst() < delivered.next()) {
                offsets.removeFirst();
            }
        });
    }
}
