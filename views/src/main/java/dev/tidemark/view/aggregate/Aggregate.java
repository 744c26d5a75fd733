package dev.tidemark.view.aggregate;

import dev.tidemark.schema.Field;
import dev.tidemark.schema.ValueType;
import java.util.List;

/**
 * A measure's algebra: a commutative monoid of partials, with a way in ({@link #add}) and a way out ({@link #finish}).
 *
 * <p>Laws, which {@code AggregateLawsTest} tests for every implementation: {@code merge} is associative and commutative and
 * {@link #identity} is its neutral element; {@code add(p, x) = merge(p, add(identity, x))}; {@code finish} agrees with
 * the plain computation over the inputs, in the measure's {@link Equality}. Partials are immutable.
 *
 * @param <P> the partial
 */
public sealed interface Aggregate<P> permits Count, Sum, Average, Extreme {

    /** The type of the input, as a measure's expression gives it; empty for an aggregate of events as such. */
    java.util.Optional<ValueType> input();

    /** The type of the finished result. */
    ValueType result();

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
     */
    P add(P partial, Object input);

    /** The partial of both. */
    P merge(P one, P other);

    /** The result: a value of type {@link #result}, or null where SQL gives null. */
    Object finish(P partial);

    /** The partial that was stored in these columns, in the order of {@link #stored}. */
    P load(List<Object> columns);
}
