package dev.tidemark.view;

import dev.tidemark.view.aggregate.Aggregate;

/** A measure whose input's type is known. */
public record Measure(String name, MeasureCall call, Aggregate<?> aggregate) {

    /** The aggregate, for callers that keep its partials as plain objects. */
    @SuppressWarnings("unchecked")
    public Aggregate<Object> algebra() {
        return (Aggregate<Object>) aggregate;
    }
}
