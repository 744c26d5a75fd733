package dev.tidemark.view.aggregate;

import dev.tidemark.schema.Field;
import dev.tidemark.schema.ResultType;
import dev.tidemark.schema.ValueType;
import java.util.List;
import java.util.Optional;

/**
 * A measure's algebra: a commutative monoid of partials, with a way in ({@link #add}) and a way out ({@link #finish}).
 *
 * <p>Laws, which {@code AggregateLawsTest} tests for every implementation: {@code merge} is associative and commutative and
 * {@link #identity} is its neutral element; {@code add(p, x) = merge(p, add(identity, x))}; {@code finish} agrees with
 * the plain computation over the inputs, in the measure's {@link Equality}. Partials are immutable.
 *
 * @param <P> the partial
 */
public sealed interface Aggregate<P>
        permits Count, Sum, Average, Extreme, StandardDeviation, Outermost, SketchAggregate {

    /** The type that increments carry the input in; empty for an aggregate of events as such. */
    Optional<ValueType> input();

    /** The type of the finished result. */
    ResultType result();

    /** The columns that a stored partial has. */
    List<Field> stored();

    /** How two results of it are compared. */
    Equality equality();

    /** The partial of no events. */
    P identity();

    /**
     * The partial of one event more.
     *
     * @param input the event's input value, null where the expression gave null; ignored by an aggregate without input
     * @param at the event's place, which most aggregates ignore
     */
    P add(P partial, Object input, Occurrence at);

    /** The partial of both. */
    P merge(P one, P other);

    /** The partial of all of them: what merging one after the other gives, which may take longer. */
    default P mergeAll(List<P> partials) {
        return partials.stream().reduce(identity(), this::merge);
    }

    /** The result: a value of type {@link #result}, or null where SQL gives null. */
    Object finish(P partial);

    /** Whether the two, of the same events but merged in other ways, count as the same. */
    default boolean agrees(P one, P other) {
        return accepts(one, finish(other)) && accepts(other, finish(one));
    }

    /**
     * Whether a result that was computed elsewhere, over the same events, counts as the same as this partial's: what
     * every comparison of results asks.
     */
    default boolean accepts(P partial, Object result) {
        return equality().equal(finish(partial), result);
    }

    /** The columns to store a partial in, in the order of {@link #stored}. */
    List<Object> store(P partial);

    /** The partial that was stored in these columns, in the order of {@link #stored}. */
    P load(List<Object> columns);
}
