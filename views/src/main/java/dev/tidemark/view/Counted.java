package dev.tidemark.view;

import dev.tidemark.schema.Bucket;
import dev.tidemark.view.Tail.Events;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What a tail has counted of one partition, all of [{@code from}, {@code through}).
 *
 * @param cut below it, batch has counted for those views that the stream alone does not compute
 * @param from where counting began
 * @param through exclusive
 * @param events how many events that were
 * @param buckets what became of them, by view in the order of the set's
 * @param newestRecord the newest record timestamp among them, in milliseconds; empty if there were none
 */
public record Counted(
        long cut, long from, long through, Events events, List<Map<Bucket, Long>> buckets, OptionalLong newestRecord) {
    public Counted {
        if (cut < 0 || from < 0 || through < from) {
            throw new IllegalArgumentException("not counted: " + from + " to " + through + ", cut " + cut);
        }
        buckets = buckets.stream().map(Map::copyOf).toList();
    }
}
