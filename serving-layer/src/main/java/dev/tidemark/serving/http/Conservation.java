package dev.tidemark.serving.http;

import dev.tidemark.schema.Bucket;
import dev.tidemark.serving.fold.Generation;
import dev.tidemark.view.Publication.SegmentRef;
import dev.tidemark.view.View;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What became of every event, per view and partition: batch's totals and the tail's. The buckets of a partition add up
 * to the events consumed.
 */
final class Conservation {

    private final Map<Integer, Map<Bucket, Long>> totals = new TreeMap<>();

    private Conservation() {}

    /** By view: what became of the events of each partition. */
    static Map<String, Conservation> of(Generation generation, Generation.Counters counters) {
        Map<String, Conservation> byView = new LinkedHashMap<>();
        List<View> streamed = generation.definitions().streamed().views();
        for (View counted : generation.definitions().views()) {
            Conservation view = new Conservation();
            if (counted.layers().recomputed()) {
                view.addPublished(generation, counted.name());
            }
            if (counted.layers().streamed()) {
                int at = streamed.indexOf(counted);
                counters.buckets().forEach((partition, buckets) -> view.add(partition, buckets.get(at)));
            }
            byView.put(counted.name(), view);
        }
        return byView;
    }

    private void addPublished(Generation generation, String view) {
        for (SegmentRef segment : generation.publication().segmentsOf(view).values()) {
            segment.buckets().getOrDefault(generation.log(), Map.of()).forEach(this::add);
        }
        generation
                .publication()
                .source(generation.definitions().source().name())
                .ifPresent(state -> state.malformed()
                        .getOrDefault(generation.log(), Map.of())
                        .forEach((partition, events) -> add(partition, Map.of(Bucket.MALFORMED, events))));
    }

    private void add(int partition, Map<Bucket, Long> events) {
        Map<Bucket, Long> total = totals.computeIfAbsent(partition, number -> new EnumMap<>(Bucket.class));
        events.forEach((bucket, count) -> total.merge(bucket, count, Long::sum));
    }

    /** How many events of all partitions fell into a bucket. */
    long total(Bucket bucket) {
        return totals.values().stream()
                .mapToLong(total -> total.getOrDefault(bucket, 0L))
                .sum();
    }

    /** A list of partitions, each with its buckets and {@code consumed}. */
    List<Object> toJson() {
        return totals.entrySet().stream()
                .map(entry -> (Object) toJson(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static Map<String, Object> toJson(int partition, Map<Bucket, Long> total) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("partition", partition);
        json.put("consumed", total.values().stream().mapToLong(Long::longValue).sum());
        for (Bucket bucket : Bucket.values()) {
            json.put(bucket.name().toLowerCase(Locale.ROOT), total.getOrDefault(bucket, 0L));
        }
        return json;
    }
}
