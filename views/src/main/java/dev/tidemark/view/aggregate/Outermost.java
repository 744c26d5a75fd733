package dev.tidemark.view.aggregate;

import dev.tidemark.schema.Field;
import dev.tidemark.schema.Micros;
import dev.tidemark.schema.Position;
import dev.tidemark.schema.ValueType;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * {@code first(e)} and {@code last(e)}: the value of the first or the last event by event time, of equal times by
 * position. As in Spark SQL a null is a value too: the result is null where that event has none.
 *
 * @param of the type of the input
 * @param last whether the last is wanted, or the first
 */
public record Outermost(ValueType of, boolean last) implements Aggregate<Occurred> {

    @Override
    public Optional<ValueType> input() {
        return Optional.of(of);
    }

    @Override
    public ValueType result() {
        return of;
    }

    @Override
    public List<Field> stored() {
        return List.of(
                new Field("time", ValueType.TIMESTAMP),
                new Field("log", ValueType.STRING),
                new Field("partition", ValueType.BIGINT),
                new Field("offset", ValueType.BIGINT),
                new Field("value", of));
    }

    @Override
    public Equality equality() {
        return Equality.EXACT;
    }

    @Override
    public Occurred identity() {
        return null;
    }

    @Override
    public Occurred add(Occurred partial, Object input, Occurrence at) {
        return merge(partial, new Occurred(at, input));
    }

    @Override
    public Occurred merge(Occurred one, Occurred other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        int order = one.at().compareTo(other.at());
        return (last ? order >= 0 : order <= 0) ? one : other;
    }

    @Override
    public Object finish(Occurred partial) {
        return partial == null ? null : partial.value();
    }

    @Override
    public List<Object> store(Occurred partial) {
        if (partial == null) {
            return Collections.nCopies(stored().size(), null);
        }
        Position position = partial.at().position();
        return Arrays.asList(
                Micros.instant(partial.at().eventTime()),
                position.log(),
                (long) position.partition(),
                position.offset(),
                partial.value());
    }

    @Override
    public Occurred load(List<Object> columns) {
        if (columns.get(0) == null) {
            return null;
        }
        Position position =
                new Position((String) columns.get(1), Math.toIntExact((Long) columns.get(2)), (Long) columns.get(3));
        return new Occurred(new Occurrence(Micros.of((Instant) columns.get(0)), position), columns.get(4));
    }
}
