package dev.tidemark.view.aggregate;

import dev.tidemark.schema.Field;
import dev.tidemark.schema.ValueType;
import java.util.List;
import java.util.Optional;

/**
 * {@code count()}: how many events; {@code count(e)}: how many of them have a value.
 *
 * @param input nothing, or boolean: all that counts of a value is whether there is one
 */
public record Count(Optional<ValueType> input) implements Aggregate<Long> {

    /** Of events. */
    public Count() {
        this(Optional.empty());
    }

    /** Of values, whatever type they have: the input is true where there is one, and null elsewhere. */
    public static Count ofValues() {
        return new Count(Optional.of(ValueType.BOOLEAN));
    }

    @Override
    public ValueType result() {
        return ValueType.BIGINT;
    }

    @Override
    public List<Field> stored() {
        return List.of(new Field("count", ValueType.BIGINT));
    }

    @Override
    public Equality equality() {
        return Equality.EXACT;
    }

    @Override
    public Long identity() {
        return 0L;
    }

    @Override
    public Long add(Long partial, Object input, Occurrence at) {
        return input().isPresent() && input == null ? partial : (Long) (partial + 1);
    }

    @Override
    public Long merge(Long one, Long other) {
        return Math.addExact(one, other);
    }

    @Override
    public Object finish(Long partial) {
        return partial;
    }

    @Override
    public List<Object> store(Long partial) {
        return List.of(partial);
    }

    @Override
    public Long load(List<Object> columns) {
        return (Long) columns.get(0);
    }
}
