package dev.tidemark.compile;

import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.unix_date;
import static org.apache.spark.sql.functions.unix_micros;
import static org.apache.spark.sql.functions.when;

import dev.tidemark.schema.ValueType;
import dev.tidemark.schema.ValueType.Kind;
import dev.tidemark.view.Measure;
import dev.tidemark.view.aggregate.Count;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.catalyst.expressions.Cast;

/**
 * Values as Spark columns, in the types that increments carry them in. The only place where values are coerced, so that
 * both layers count the same ones.
 */
final class Inputs {

    private final Expressions expressions;

    /** @param expressions those over events */
    Inputs(Expressions expressions) {
        this.expressions = expressions;
    }

    /** Whether the input of a measure fails on no event; one without an input does not. */
    boolean cannotFail(Measure measure) {
        if (measure.call().input().isEmpty() || measure.aggregate() instanceof Count) {
            return measure.call().input().map(expressions::cannotFail).orElse(true);
        }
        String text = measure.call().input().get();
        ValueType type = SparkTypes.of(expressions.typeOf(text)).orElseThrow();
        ValueType input = measure.aggregate().input().orElseThrow();
        return expressions.cannotFail(text) && Cast.canUpCast(SparkTypes.of(type), SparkTypes.of(input));
    }

    /** The input of a measure that has one. */
    Column of(Measure measure) {
        String text = measure.call().input().orElseThrow();
        if (measure.aggregate() instanceof Count) {
            return when(expr(text).isNotNull(), lit(true));
        }
        ValueType type = SparkTypes.of(expressions.typeOf(text)).orElseThrow();
        return coerced(value(text, type), type, measure.aggregate().input().orElseThrow());
    }

    /** The expression's value in the one type that both layers hold it in; −0.0 becomes 0.0, as grouping has it. */
    static Column value(String expression, ValueType type) {
        return value(expr(expression), type);
    }

    /** The same of an expression that is a column already. */
    static Column value(Column expression, ValueType type) {
        Column value = expression.cast(SparkTypes.of(type));
        return type.kind() == Kind.DOUBLE ? value.plus(lit(0.0)) : value;
    }

    /** A value of one type as one of another: dates as days and timestamps as microseconds of the epoch. */
    static Column coerced(Column value, ValueType from, ValueType to) {
        if (from.equals(to)) {
            return value;
        }
        if (from.kind() == Kind.TIMESTAMP && to.kind() == Kind.BIGINT) {
            return unix_micros(value);
        }
        return (from.kind() == Kind.DATE ? unix_date(value) : value).cast(SparkTypes.of(to));
    }
}
