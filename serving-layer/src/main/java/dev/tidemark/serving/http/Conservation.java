package dev.tidemark.serving.http;

import dev.tidemark.schema.Bucket;
import dev.tidemark.serving.fold.Generation;
import dev.tidemark.view.Cut;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SourceState;
import dev.tidemark.view.View;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/**
 * What became of every event of one view, per partition and import: batch's totals and the tail's. The buckets of a partition add up
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

    /** What was imported, which no partition of the topic has, by import. */
    private final Map<String, Partition> imports = new TreeMap<>();

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
        Publication publication = generation.publication();
        Optional<SourceState> state =
                publication.source(generation.definitions().source().name());
        boolean known = addPublished(publication, state, view, generation.log(), this::partition);
        if (!known) {
            // Of a publication of an earlier release it is not known.
            partitions.values().forEach(partition -> partition.consumed += partition.inBuckets());
        }
        state.map(SourceState::cut).orElse(Cut.NONE).imports().forEach(found -> {
            Partition whole = imports.computeIfAbsent(found.id(), id -> new Partition());
            addPublished(publication, state, view, found.id(), file -> whole);
        });
    }

    /** Whether it is known how many events of that log were consumed. */
    private static boolean addPublished(
            Publication publication,
            Optional<SourceState> state,
            String view,
            String log,
            IntFunction<Partition> partition) {
        publication
                .bucketsOf(view, log)
                .forEach((number, buckets) -> partition.apply(number).add(buckets));
        state.map(source -> source.malformed().getOrDefault(log, Map.of()))
                .orElse(Map.of())
                .forEach((number, events) -> partition.apply(number).add(Map.of(Bucket.MALFORMED, events)));
        Optional<Map<Integer, Long>> records =
                state.flatMap(source -> Optional.ofNullable(source.records().get(log)));
        records.orElse(Map.of()).forEach((number, events) -> partition.apply(number).consumed += events);
        return records.isPresent();
    }

    private Partition partition(int number) {
        return partitions.computeIfAbsent(number, key -> new Partition());
    }

    /** How many events of all partitions and imports fell into a bucket. */
    long total(Bucket bucket) {
        return Stream.concat(partitions.values().stream(), imports.values().stream())
                .mapToLong(partition -> partition.buckets.getOrDefault(bucket, 0L))
                .sum();
    }

    /**
     * How many more events were consumed than are in buckets: zero, or the law is broken. By the number of the partition,
     * or the id of the import.
     */
    Map<String, Long> differences() {
        Map<String, Long> differences = new LinkedHashMap<>();
        partitions.forEach((number, partition) ->
                differences.put(Integer.toString(number), partition.consumed - partition.inBuckets()));
        imports.forEach((id, whole) -> differences.put(id, whole.consumed - whole.inBuckets()));
        return differences;
    }

    /** A list of partitions and imports, each with {@code consumed}, its buckets, and the {@code difference}. */
    List<Object> toJson() {
        List<Object> all = new ArrayList<>();
        partitions.forEach((number, partition) -> all.add(toJson("partition", number, partition)));
        imports.forEach((id, whole) -> all.add(toJson("import", id, whole)));
        return all;
    }

    private static Map<String, Object> toJson(String kind, Object which, Partition partition) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put(kind, which);
        json.put("consumed", partition.consumed);
        for (Bucket bucket : Bucket.values()) {
            json.put(bucket.name().toLowerCase(Locale.ROOT), partition.buckets.getOrDefault(bucket, 0L));
        }
        json.put("difference", partition.consumed - partition.inBuckets());
        return json;
    }
}
