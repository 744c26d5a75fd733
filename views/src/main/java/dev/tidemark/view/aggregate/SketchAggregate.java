package dev.tidemark.view.aggregate;

import java.util.List;

/** A measure whose partial is a sketch: what all of them do alike. */
sealed interface SketchAggregate extends Aggregate<Sketched> permits DistinctCount, Percentile, TopItems {

    /** The kind of its sketches. */
    SketchKind<?> kind();

    @Override
    default Equality equality() {
        return Equality.SKETCHES;
    }

    @Override
    default Sketched identity() {
        return Sketched.NONE;
    }

    @Override
    default Sketched merge(Sketched one, Sketched other) {
        return mergeAll(List.of(one, other));
    }

    @Override
    default Sketched mergeAll(List<Sketched> partials) {
        return kind().merge(partials);
    }

    @Override
    default List<Object> store(Sketched partial) {
        return List.of(kind().write(partial));
    }

    @Override
    default Sketched load(List<Object> columns) {
        return new Sketched((byte[]) columns.get(0), null);
    }
}
