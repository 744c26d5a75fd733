package dev.tidemark.view.aggregate;

import dev.tidemark.schema.Field;
import dev.tidemark.schema.ValueType;
import java.util.List;
import java.util.Optional;

/** {@code count()}: how many events. */
public record Count() implements Aggregate<Long> {

    @Override
    public Optional<ValueType> input() {
        return Optional.empty();
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
    public Long add(Long partial, Object input) {
        return partial + 1;
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
    public Long load(List<Object> columns) {
        return (Long) columns.get(0);
    }
}
