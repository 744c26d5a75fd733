package dev.tidemark.view;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The functions that measures are made of. */
public enum MeasureFunction {
    COUNT("count()", "count(customer_id)"),
    SUM("sum(amount)"),
    AVG("avg(amount)"),
    MIN("min(amount)"),
    MAX("max(amount)"),
    STDDEV("stddev(amount)"),
    FIRST("first(status)"),
    LAST("last(status)"),
    APPROX_COUNT_DISTINCT("approx_count_distinct(customer_id)"),
    APPROX_PERCENTILE("approx_percentile(amount, 0.95)"),
    APPROX_TOP_K("approx_top_k(product_id, 10)");

    private final List<String> examples;

    MeasureFunction(String... examples) {
        this.examples = List.of(examples);
    }

    /**
     * The function of that name, in whatever case.
     *
     * @throws IllegalArgumentException if there is none
     */
    static MeasureFunction named(String name) {
        String wanted = name.toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(function -> function.toString().equals(wanted))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no measure '" + name + "': " + why(wanted)));
    }

    private static String why(String name) {
        List<String> names = Arrays.stream(values()).map(Enum::toString).toList();
        return RefusedFunction.named(name)
                .map(RefusedFunction::toString)
                .or(() -> Suggestion.of(name, names).map(meant -> "did you mean '" + meant + "'?"))
                .orElseGet(() -> "accepted are " + examples());
    }

    /** Every function, as it is called. */
    static String examples() {
        return Arrays.stream(values())
                .flatMap(function -> function.examples.stream())
                .collect(Collectors.joining(", "));
    }

    /** How it is called. */
    String example() {
        return String.join(" or ", examples);
    }

    /** Whether it may be called with that many arguments. */
    boolean takes(int arguments) {
        return examples.stream()
                .anyMatch(example -> arguments
                        == Arguments.of(example.substring(example.indexOf('(') + 1, example.length() - 1))
                                .size());
    }

    /** The name in a view's file. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
