package dev.tidemark.serving.http;

import dev.tidemark.schema.Bucket;
import dev.tidemark.serving.fold.Generation;
import dev.tidemark.view.Publication.SourceState;
import dev.tidemark.view.View;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What became of every event of one view, per partition: batch's totals and the tail's. The buckets of a partition add up
 * to the events consumed, which are counted apart from them: by the archive where it read them, and by the tail where it
 * took them in.
 */
final class Conservation {

    /** One partition: a mutable accumulator. */
    private static final class Partition {
        private final Map<Bucket, Long> buckets = new EnumMap<>(Bucket.class);
        private long consumed;

        private void add(Map<Bucket, Long> events) {
            events.forEach((bucket, count) -> buckets.merge(bucket, count, Long::sum));
        }

        private long inBuckets() {
            return buckets.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    private final Map<Integer, Partition> partitions = new TreeMap<>();

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
                counters.buckets().forEach((number, buckets) -> {
                    view.partition(number).add(buckets.get(at));
                    view.partition(number).consumed +=
                            counters.events().get(number).of(counted.layers());
                });
            }
            byView.put(counted.name(), view);
        }
        return byView;
    }

    private void addPublished(Generation generation, String view) {
        String log = generation.log();
        generation.publication().bucketsOf(view, log).forEach((number, buckets) -> partition(number)
                .add(buckets));
        Optional<SourceState> state = generation
                .publication()
                .source(generation.definitions().source().name());
        state.map(source -> source.malformed().getOrDefault(log, Map.of()))
                .orElse(Map.of())
                .forEach((number, events) -> partition(number).add(Map.of(Bucket.MALFORMED, events)));
        Map<Integer, Long> records =
                state.map(source -> source.records().get(log)).orElse(null);
        if (records != null) {
            records.forEach((number, events) -> partition(number).consumed += events);
        } else {
            // Of a publication of an earlier release it is not known.
            partitions.values().forEach(partition -> partition.consumed += partition.inBuckets());
        }
    }

    private Partition partition(int number) {
        return partitions.computeIfAbsent(number, key -> new Partition());
    }

    /** How many events of all partitions fell into a bucket. */
    long total(Bucket bucket) {
        return partitions.values().stream()
                .mapToLong(partition -> partition.buckets.getOrDefault(bucket, 0L))
                .sum();
    }

    /** How many more events were consumed than are in buckets, by partition: zero, or the law is broken. */
    Map<Integer, Long> differences() {
        Map<Integer, Long> differences = new TreeMap<>();
        partitions.forEach((number, partition) -> differences.put(number, partition.consumed - partition.inBuckets()));
        return differences;
    }

    /** A list of partitions, each with {@code consumed}, its buckets, and the {@code difference}. */
    List<Object> toJson() {
        return partitions.entrySet().stream()
                .map(entry -> (Object) toJson(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static Map<String, Object> toJson(int number, Partition partition) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("partition", number);
        json.put("consumed", partition.consumed);
        for (Bucket bucket : Bucket.values()) {
            json.put(bucket.name().toLowerCase(Locale.ROOT), partition.buckets.getOrDefault(bucket, 0L));
        }
        json.put("difference", partition.consumed - partition.inBuckets());
        return json;
    }
}
