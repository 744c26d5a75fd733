package dev.tidemark.view.aggregate;

import org.apache.datasketches.frequencies.ItemsSketch;

/** How often items came up, and how often there was none. A mutable accumulator. */
final class ItemCounts {

    final ItemsSketch<Object> items;
    long nulls;

    ItemCounts(ItemsSketch<Object> items, long nulls) {
        this.items = items;
        this.nulls = nulls;
    }

    void add(Object item) {
        if (item == null) {
            nulls++;
        } else {
            items.update(item);
        }
    }

    void add(ItemCounts other) {
        items.merge(other.items);
        nulls += other.nulls;
    }

    /** About how often, at most; of an item that is not tracked zero. */
    long estimate(Object item) {
        return item == null ? nulls : items.getEstimate(item);
    }
}
