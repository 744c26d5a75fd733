package dev.tidemark.schema;

import java.util.List;

/**
 * What one event adds to one view.
 *
 * @param bucket where the event counts
 * @param pane the start of the cell's pane, or the event's time in a view of sessions, in microseconds of the epoch; zero
 *     unless counted
 * @param dimensions the cell's dimension values, in the view's order, nulls allowed; empty unless counted
 * @param inputs the measures' input values, in the order of the view's inputs, nulls allowed; empty unless counted
 */
public record Contribution(Bucket bucket, long pane, List<Object> dimensions, List<Object> inputs) {
    public Contribution {
        if (bucket != Bucket.COUNTED && (pane != 0 || !dimensions.isEmpty() || !inputs.isEmpty())) {
            throw new IllegalArgumentException("only a counted event has a cell, not one that is " + bucket);
        }
    }

    /** A contribution without a cell. */
    public static Contribution none(Bucket bucket) {
        return new Contribution(bucket, 0, List.of(), List.of());
    }
}
