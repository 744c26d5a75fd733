package dev.tidemark.compile;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import dev.tidemark.schema.ValueType;
import dev.tidemark.schema.ValueType.Kind;
import dev.tidemark.view.Pattern;
import dev.tidemark.view.View;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.classic.ExpressionUtils;

/** The columns of what a step event carries beside its dimensions. An event whose key is null fits nothing. */
final class StepColumns {

    private final PatternSteps steps;
    private final List<ValueType> types;
    private final Column hasKey;

    /** @param expressions those over events */
    StepColumns(Pattern pattern, View view, Expressions expressions) {
        this.steps = PatternSteps.of(pattern, expressions, StepColumns::refuse).orElseThrow();
        this.types = steps.resolved().values();
        this.hasKey = Inputs.value(
                        view.definition().dimensions().get(pattern.by()),
                        view.dimensions().get(0).type())
                .isNotNull();
    }

    private static void refuse(String field, String message) {
        throw new IllegalStateException("a view that was resolved has a problem: " + field + " " + message);
    }

    /** Whether it fits a step, or cancels. */
    Column fitsAny() {
        return all().stream()
                .map(StepColumns::holds)
                .reduce(Column::or)
                .orElseThrow()
                .and(hasKey);
    }

    private List<Expression> all() {
        List<Expression> all = new ArrayList<>(steps.fits());
        steps.unless().ifPresent(all::add);
        return all;
    }

    private static Column holds(Expression predicate) {
        return coalesce(ExpressionUtils.column(predicate), lit(false));
    }

    /** The steps that it fits, as bits, and the values that are compared: of an event that fits their step. */
    List<Column> carried() {
        List<Column> carried = new ArrayList<>();
        Column bits = lit(0L);
        List<Expression> all = all();
        for (int i = 0; i < all.size(); i++) {
            bits = bits.plus(when(holds(all.get(i)), lit(1L << i)).otherwise(lit(0L)));
        }
        carried.add(bits);
        for (int i = 0; i < types.size(); i++) {
            carried.add(value(i));
        }
        return carried;
    }

    private Column value(int index) {
        PatternSteps.Value value = steps.values().get(index);
        Column compared = Inputs.value(ExpressionUtils.column(value.expression()), types.get(index));
        return when(holds(steps.fits().get(value.step())), compared);
    }

    /** Those of the values that are texts. */
    List<Column> texts() {
        List<Column> texts = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            if (types.get(i).kind() == Kind.STRING) {
                texts.add(value(i));
            }
        }
        return texts;
    }
}
