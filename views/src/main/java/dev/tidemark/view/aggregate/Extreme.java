package dev.tidemark.view.aggregate;

import dev.tidemark.schema.Field;
import dev.tidemark.schema.ValueType;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * {@code min(e)} and {@code max(e)}: null where every input was null. The order is SQL's: NaN is greater than every
 * other double, strings by their UTF-8 bytes.
 *
 * @param of the type of the input
 * @param greatest whether the greatest is wanted, or the least
 */
public record Extreme(ValueType of, boolean greatest) implements Aggregate<Object> {

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
        return List.of(new Field("value", of));
    }

    @Override
    public Equality equality() {
        return Equality.EXACT;
    }

    @Override
    public Object identity() {
        return null;
    }

    @Override
    public Object add(Object partial, Object input, Occurrence at) {
        return merge(partial, input);
    }

    @Override
    public Object merge(Object one, Object other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        int order = Values.compare(one, other);
        return (greatest ? order >= 0 : order <= 0) ? one : other;
    }

    @Override
    public Object finish(Object partial) {
        return partial;
    }

    @Override
    public List<Object> store(Object partial) {
        return Collections.singletonList(partial);
    }

    @Override
    public Object load(List<Object> columns) {
        return columns.get(0);
    }
}
