package dev.tidemark.serving.query;

import dev.tidemark.schema.ValueType;
import dev.tidemark.view.aggregate.Aggregate;
import dev.tidemark.view.aggregate.Sum;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;

/** What {@code fill=zero} says of a measure of no events, in the form that the measure has elsewhere. */
public final class Zero {

    private Zero() {}

    /** Zero, an empty list, or null where the measure is neither a number nor a list. */
    public static Object of(Aggregate<?> aggregate) {
        if (!(aggregate.result() instanceof ValueType type)) {
            return List.of();
        }
        return switch (type.kind()) {
            case BIGINT -> aggregate instanceof Sum ? (Object) BigInteger.ZERO : (Object) 0L;
            case DOUBLE -> 0.0;
            case DECIMAL -> BigDecimal.ZERO.setScale(type.scale());
            default -> null;
        };
    }
}
