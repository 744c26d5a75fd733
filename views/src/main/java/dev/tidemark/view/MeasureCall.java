package dev.tidemark.view;

import dev.tidemark.schema.ValueType;
import dev.tidemark.view.aggregate.Aggregate;
import dev.tidemark.view.aggregate.Average;
import dev.tidemark.view.aggregate.Count;
import dev.tidemark.view.aggregate.Extreme;
import dev.tidemark.view.aggregate.Sum;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A measure as a view's file states it: a function and, but for {@code count()}, the Spark SQL expression of its input.
 *
 * @param function the function's name, in lower case
 * @param input the expression
 */
public record MeasureCall(String function, Optional<String> input) {

    /** The functions that exist. */
    public static final List<String> FUNCTIONS = List.of("count", "sum", "avg", "min", "max");

    private static final Pattern CALL = Pattern.compile("\\s*(\\w+)\\s*\\((.*)\\)\\s*", Pattern.DOTALL);

    public MeasureCall {
        if (!FUNCTIONS.contains(function)) {
            throw new IllegalArgumentException("there is no measure '" + function + "'; accepted are "
                    + "count(), sum(e), avg(e), min(e) and max(e)");
        }
        if (function.equals("count") != input.isEmpty()) {
            throw new IllegalArgumentException(
                    function.equals("count")
                            ? "count takes no argument here: write count(), or sum(CASE WHEN … THEN 1 ELSE 0 END)"
                            : function + " needs an argument, such as " + function + "(amount)");
        }
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
        String function = call.group(1).toLowerCase(Locale.ROOT);
        String argument = call.group(2).trim();
        boolean star = function.equals("count") && argument.equals("*");
        return new MeasureCall(function, argument.isEmpty() || star ? Optional.empty() : Optional.of(argument));
    }

    /**
     * The aggregate over inputs of type {@code type}.
     *
     * @throws IllegalArgumentException if the function does not take that type
     */
    public Aggregate<?> over(ValueType type) {
        return switch (function) {
            case "count" -> new Count();
            case "sum" -> new Sum(type);
            case "avg" -> new Average(type);
            case "min" -> new Extreme(type, false);
            case "max" -> new Extreme(type, true);
            default -> throw new IllegalStateException(function);
        };
    }

    @Override
    public String toString() {
        return function + "(" + input.orElse("") + ")";
    }
}
