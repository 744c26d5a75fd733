package dev.tidemark.view;

import dev.tidemark.schema.ValueType;
import dev.tidemark.view.aggregate.Aggregate;
import dev.tidemark.view.aggregate.Average;
import dev.tidemark.view.aggregate.Count;
import dev.tidemark.view.aggregate.DistinctCount;
import dev.tidemark.view.aggregate.Extreme;
import dev.tidemark.view.aggregate.Outermost;
import dev.tidemark.view.aggregate.Percentile;
import dev.tidemark.view.aggregate.StandardDeviation;
import dev.tidemark.view.aggregate.Sum;
import dev.tidemark.view.aggregate.TopItems;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A measure as a view's file states it: a function, the Spark SQL expression of its input, and for two functions a
 * constant.
 *
 * @param function the function
 * @param input the expression; none for {@code count()}
 * @param constant the rank of {@code approx_percentile}, the k of {@code approx_top_k}
 */
public record MeasureCall(MeasureFunction function, Optional<String> input, Optional<BigDecimal> constant) {

    private static final Pattern CALL = Pattern.compile("\\s*(\\w+)\\s*\\((.*)\\)\\s*", Pattern.DOTALL);
    private static final Pattern DISTINCT = Pattern.compile("distinct\\b.*", Pattern.DOTALL | Pattern.CASE_INSENSITIVE);

    /** Longer texts are no rank and no count, and could take long to read. */
    private static final int LONGEST_CONSTANT = 40;

    public MeasureCall {
        boolean accepted =
                switch (function) {
                    case APPROX_PERCENTILE ->
                        constant.filter(MeasureCall::isRank).isPresent();
                    case APPROX_TOP_K -> constant.filter(MeasureCall::isSize).isPresent();
                    default -> constant.isEmpty();
                };
        if (!accepted) {
            throw refused(function, constant.map(BigDecimal::toPlainString).orElse("none"));
        }
        // So that 0.95 and 0.950 are one definition.
        constant = constant.map(BigDecimal::stripTrailingZeros);
    }

    private static boolean isRank(BigDecimal rank) {
        return rank.signum() >= 0 && rank.compareTo(BigDecimal.ONE) <= 0;
    }

    private static boolean isSize(BigDecimal size) {
        return size.signum() > 0
                && size.compareTo(BigDecimal.valueOf(TopItems.MAX_K)) <= 0
                && size.stripTrailingZeros().scale() <= 0;
    }

    private static IllegalArgumentException refused(MeasureFunction function, String found) {
        String accepted = function == MeasureFunction.APPROX_PERCENTILE
                ? "a constant rank from 0 to 1"
                : "a constant number from 1 to " + TopItems.MAX_K;
        return new IllegalArgumentException("%s needs %s as its second argument, but '%s' was found; write %s"
                .formatted(function, accepted, found, function.example()));
    }

    /**
     * The call that {@code text} states.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static MeasureCall parse(String text) {
        Matcher call = CALL.matcher(text);
        if (!call.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no measure; write a function and its argument, such as sum(amount)");
        }
        MeasureFunction function = MeasureFunction.named(call.group(1));
        List<String> arguments = arguments(text, call.group(2));
        if (function == MeasureFunction.COUNT && arguments.equals(List.of("*"))) {
            arguments = List.of();
        }
        requireTaken(function, arguments);
        return new MeasureCall(
                function,
                arguments.stream().findFirst(),
                arguments.stream().skip(1).findFirst().map(argument -> constant(function, argument)));
    }

    private static List<String> arguments(String text, String inBrackets) {
        try {
            return Arguments.of(inBrackets);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no measure: " + e.getMessage()
                            + "; write one function and its arguments, and compute with its result in the query",
                    e);
        }
    }

    private static void requireTaken(MeasureFunction function, List<String> arguments) {
        if (!function.takes(arguments.size())) {
            throw new IllegalArgumentException("%s does not take %d argument%s; write %s"
                    .formatted(function, arguments.size(), arguments.size() == 1 ? "" : "s", function.example()));
        }
        if (!arguments.isEmpty() && DISTINCT.matcher(arguments.get(0)).matches()) {
            throw new IllegalArgumentException(
                    "there is no " + function + "(DISTINCT …): " + RefusedFunction.distinct(function));
        }
    }

    private static BigDecimal constant(MeasureFunction function, String text) {
        try {
            if (text.length() <= LONGEST_CONSTANT) {
                BigDecimal number = new BigDecimal(text);
                // 1e999999999 is a short text, and a long number.
                if (Math.abs((long) number.scale()) <= LONGEST_CONSTANT) {
                    return number;
                }
            }
        } catch (NumberFormatException e) {
            // It is refused below, like any other text.
        }
        throw refused(function, text);
    }

    /**
     * The aggregate over inputs of type {@code type}: that of the expression, or the one that increments carry.
     *
     * @param type ignored by {@code count}
     * @throws IllegalArgumentException if the function does not take that type
     */
    public Aggregate<?> over(ValueType type) {
        return switch (function) {
            case COUNT -> input.isEmpty() ? new Count() : Count.ofValues();
            case SUM -> new Sum(type);
            case AVG -> new Average(type);
            case MIN -> new Extreme(type, false);
            case MAX -> new Extreme(type, true);
            case STDDEV -> StandardDeviation.over(type);
            case FIRST -> new Outermost(type, false);
            case LAST -> new Outermost(type, true);
            case APPROX_COUNT_DISTINCT -> DistinctCount.over(type);
            case APPROX_PERCENTILE ->
                Percentile.over(type, constant.orElseThrow().doubleValue());
            case APPROX_TOP_K -> new TopItems(type, constant.orElseThrow().intValueExact());
        };
    }

    @Override
    public String toString() {
        String more = constant.map(value -> ", " + value.toPlainString()).orElse("");
        return function + "(" + input.orElse("") + more + ")";
    }
}
