package dev.tidemark.view;

import dev.tidemark.schema.Field;
import dev.tidemark.schema.ValueType;
import java.util.ArrayList;
import java.util.List;

/**
 * The steps of a view's pattern as its step events have them: each carries which steps it fits by itself, and the values by
 * which steps are compared with each other.
 *
 * @param values the types of the values, in order
 * @param comparisons what has to hold between the events of a match
 */
public record Steps(List<ValueType> values, List<Comparison> comparisons) {

    /** Of a pattern whose steps are not compared with each other. */
    public static final Steps NONE = new Steps(List.of(), List.of());

    public Steps {
        values = List.copyOf(values);
        comparisons = List.copyOf(comparisons);
    }

    /**
     * One side of a comparison.
     *
     * @param step the step whose event has the value, from 0
     * @param value which of the step events' values it is
     */
    public record Side(int step, int value) {}

    /** A comparison of two values of one type, of two events of a match or of one. */
    public record Comparison(Side left, Operator operator, Side right) {

        /** The first of the steps that it compares: the last that is known when a match is looked for from its end. */
        int earlier() {
            return Math.min(left.step(), right.step());
        }

        /** The last of the steps that it compares. */
        int later() {
            return Math.max(left.step(), right.step());
        }
    }

    /** What a step event carries: the steps that it fits as bits, the first as 1, what cancels as the bit after them; and its values. */
    List<Field> carried() {
        List<Field> fields = new ArrayList<>();
        fields.add(new Field("fits", ValueType.BIGINT));
        for (int i = 0; i < values.size(); i++) {
            fields.add(new Field("value" + i, values.get(i)));
        }
        return fields;
    }
}
