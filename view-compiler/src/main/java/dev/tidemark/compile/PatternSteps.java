package dev.tidemark.compile;

import dev.tidemark.schema.ValueType;
import dev.tidemark.view.Operator;
import dev.tidemark.view.Pattern;
import dev.tidemark.view.Steps;
import dev.tidemark.view.Steps.Comparison;
import dev.tidemark.view.Steps.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.stream.IntStream;
import org.apache.spark.sql.catalyst.analysis.UnresolvedAttribute;
import org.apache.spark.sql.catalyst.expressions.And;
import org.apache.spark.sql.catalyst.expressions.BinaryComparison;
import org.apache.spark.sql.catalyst.expressions.EqualTo;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GreaterThan;
import org.apache.spark.sql.catalyst.expressions.GreaterThanOrEqual;
import org.apache.spark.sql.catalyst.expressions.LessThan;
import org.apache.spark.sql.catalyst.expressions.LessThanOrEqual;
import org.apache.spark.sql.catalyst.expressions.Literal$;
import org.apache.spark.sql.catalyst.expressions.Not;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * A pattern's steps, taken apart: what of each an event fits by itself, and by which values the events of several steps are
 * compared. So Spark evaluates each event alone, and only comparing values is left to whoever matches.
 *
 * @param fits what an event has to be, by itself, to fit each step
 * @param unless what cancels; empty if nothing does
 * @param values what is compared, with the step whose events have it
 * @param resolved the values' types, and the comparisons of them
 */
record PatternSteps(List<Expression> fits, Optional<Expression> unless, List<Value> values, Steps resolved) {

    private static final java.util.regex.Pattern STEP =
            java.util.regex.Pattern.compile("step(\\d{1,9})", java.util.regex.Pattern.CASE_INSENSITIVE);

    /**
     * A side of a comparison.
     *
     * @param step the step whose event has it, from 0
     * @param expression over that event
     */
    record Value(int step, Expression expression) {}

    /** A pattern's steps over events; what is wrong with them goes to {@code problems}, with its field. */
    static Optional<PatternSteps> of(Pattern pattern, Expressions expressions, BiConsumer<String, String> problems) {
        return new Resolution(expressions, problems).resolve(pattern);
    }

    /** Takes the steps in one after another. */
    private static final class Resolution {
        private final Expressions expressions;
        private final BiConsumer<String, String> problems;
        private final List<Expression> fits = new ArrayList<>();
        private final List<Value> values = new ArrayList<>();
        private final List<ValueType> types = new ArrayList<>();
        private final List<Comparison> comparisons = new ArrayList<>();

        Resolution(Expressions expressions, BiConsumer<String, String> problems) {
            this.expressions = expressions;
            this.problems = problems;
        }

        Optional<PatternSteps> resolve(Pattern pattern) {
            boolean right = true;
            for (int step = 0; step < pattern.steps().size(); step++) {
                right &= attempt("steps", number(step), step, pattern.steps().get(step));
            }
            Optional<Expression> unless = Optional.empty();
            if (pattern.unless().isPresent()) {
                String text = pattern.unless().get();
                right &= attempt("unless", "unless", -1, text);
                unless = right ? Optional.of(fits.remove(fits.size() - 1)) : Optional.empty();
            }
            return right
                    ? Optional.of(new PatternSteps(
                            List.copyOf(fits), unless, List.copyOf(values), new Steps(types, comparisons)))
                    : Optional.empty();
        }

        private boolean attempt(String field, String name, int step, String text) {
            try {
                resolve(step, text);
                return true;
            } catch (IllegalArgumentException e) {
                problems.accept("pattern." + field, name + ": " + e.getMessage());
                return false;
            }
        }

        /** @param step -1 of what cancels, which sees no step */
        private void resolve(int step, String text) {
            Expression alone = null;
            for (Expression part : conjuncts(expressions.parse(text))) {
                Set<Integer> others = steps(part, step, text);
                if (others.isEmpty()) {
                    alone = alone == null ? part : new And(alone, part);
                } else {
                    compare(step, part, text);
                }
            }
            if (alone == null) {
                alone = Literal$.MODULE$.TrueLiteral();
            }
            DataType type = expressions.typeOf(alone, text);
            if (!(type instanceof BooleanType)) {
                throw new IllegalArgumentException(
                        "'" + text + "' is of type " + type.simpleString() + "; a boolean is expected");
            }
            fits.add(alone);
        }

        private void compare(int step, Expression part, String text) {
            Operator operator = operator(part).orElseThrow(() -> apart(text));
            BinaryComparison comparison = (BinaryComparison) (part instanceof Not not ? not.child() : part);
            Value left = side(step, comparison.left(), text);
            Value right = side(step, comparison.right(), text);
            // The types in which Spark would compare them.
            BinaryComparison analyzed = (BinaryComparison) expressions.analyzed(
                    comparison.withNewChildren(seq(List.of(left.expression(), right.expression()))), text);
            ValueType type = SparkTypes.of(analyzed.left().dataType())
                    .orElseThrow(() -> new IllegalArgumentException("'" + text + "' compares values of type "
                            + analyzed.left().dataType().simpleString()
                            + "; accepted are boolean, integers, double, decimal, string, date and timestamp"));
            comparisons.add(new Comparison(value(left, type), operator, value(right, type)));
        }

        private Side value(Value value, ValueType type) {
            values.add(value);
            types.add(type);
            return new Side(value.step(), values.size() - 1);
        }

        /** A side as an expression over the one event that it names; over the step's own if it names none. */
        private Value side(int step, Expression side, String text) {
            Set<Integer> others = steps(side, step, text);
            if (others.isEmpty()) {
                return new Value(step, side);
            }
            if (others.size() > 1 || namesOwn(side)) {
                throw apart(text);
            }
            return new Value(others.iterator().next(), ofOneEvent(side));
        }
    }

    private static IllegalArgumentException apart(String text) {
        return new IllegalArgumentException(
                "'" + text + "' compares with an earlier step in a way that takes both events at"
                        + " once; accepted are comparisons (<, <=, >, >=, =, <>), joined by AND, of which each side names the fields of"
                        + " one event, such as amount > 10 * step1.amount");
    }

    private static String number(int step) {
        return "step " + (step + 1);
    }

    private static List<Expression> conjuncts(Expression expression) {
        if (!(expression instanceof And and)) {
            return List.of(expression);
        }
        List<Expression> all = new ArrayList<>(conjuncts(and.left()));
        all.addAll(conjuncts(and.right()));
        return all;
    }

    private static Optional<Operator> operator(Expression part) {
        if (part instanceof Not not && not.child() instanceof EqualTo) {
            return Optional.of(Operator.DIFFERENT);
        }
        if (part instanceof EqualTo) {
            return Optional.of(Operator.EQUAL);
        }
        if (part instanceof LessThan) {
            return Optional.of(Operator.LESS);
        }
        if (part instanceof LessThanOrEqual) {
            return Optional.of(Operator.AT_MOST);
        }
        if (part instanceof GreaterThan) {
            return Optional.of(Operator.GREATER);
        }
        return part instanceof GreaterThanOrEqual ? Optional.of(Operator.AT_LEAST) : Optional.empty();
    }

    /** The earlier steps whose events an expression names. */
    private static Set<Integer> steps(Expression expression, int step, String text) {
        Set<Integer> steps = new TreeSet<>();
        forEachName(expression, parts -> step(parts).ifPresent(number -> {
            if (number < 0 || number >= step) {
                String earlier = step < 1
                        ? "no step is known here"
                        : "known here are "
                                + IntStream.rangeClosed(1, step)
                                        .mapToObj(i -> "step" + i)
                                        .toList();
                throw new IllegalArgumentException(
                        "'" + text + "' names step" + (number + 1) + ", which does not lie before it; " + earlier);
            }
            steps.add(number);
        }));
        return steps;
    }

    /** Whether it names a field of the event that it is evaluated on. */
    private static boolean namesOwn(Expression expression) {
        boolean[] own = new boolean[1];
        forEachName(expression, parts -> own[0] |= step(parts).isEmpty());
        return own[0];
    }

    private static void forEachName(Expression expression, Consumer<List<String>> taker) {
        if (expression instanceof UnresolvedAttribute attribute) {
            taker.accept(CollectionConverters.asJava(attribute.nameParts()));
        }
        CollectionConverters.asJava(expression.children()).forEach(child -> forEachName(child, taker));
    }

    /** The step, from 0, that a name such as {@code step1.amount} begins with. */
    private static Optional<Integer> step(List<String> name) {
        Matcher step = STEP.matcher(name.get(0).toLowerCase(Locale.ROOT));
        return name.size() > 1 && step.matches() ? Optional.of(Integer.parseInt(step.group(1)) - 1) : Optional.empty();
    }

    /** The same expression where {@code step1.amount} is the event's own {@code amount}. */
    private static Expression ofOneEvent(Expression expression) {
        if (expression instanceof UnresolvedAttribute attribute) {
            List<String> parts = CollectionConverters.asJava(attribute.nameParts());
            return step(parts).isEmpty() ? attribute : new UnresolvedAttribute(seq(parts.subList(1, parts.size())));
        }
        List<Expression> children = CollectionConverters.asJava(expression.children()).stream()
                .map(PatternSteps::ofOneEvent)
                .toList();
        return expression.withNewChildren(seq(children));
    }

    private static <T> Seq<T> seq(List<T> list) {
        return CollectionConverters.asScala(list).toSeq();
    }
}
