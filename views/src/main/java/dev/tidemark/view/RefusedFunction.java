package dev.tidemark.view;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Why an aggregate of Spark SQL is no measure, and what to write in its place.
 *
 * @param reason why, as the end of a sentence
 * @param instead what to write
 */
record RefusedFunction(String reason, String instead) {

    private static final String ALL_VALUES = "it needs all values at once, so that two of its results cannot be merged";
    private static final String NO_BOUND = "its result grows with the events, without bound";
    private static final String NAME = "that is not its name here";

    private static final Map<String, RefusedFunction> ALL = all();

    /** Why there is no measure of that name, if that is known. */
    static Optional<RefusedFunction> named(String function) {
        return Optional.ofNullable(ALL.get(function));
    }

    /** Why nothing is computed over distinct values. */
    static RefusedFunction distinct(MeasureFunction function) {
        return switch (function) {
            case COUNT -> new RefusedFunction(ALL_VALUES, "approx_count_distinct(e)");
            case MIN, MAX -> new RefusedFunction("it makes no difference", "the same without DISTINCT");
            default ->
                new RefusedFunction(
                        ALL_VALUES, "the same without DISTINCT, or deduplicate the events where they are produced");
        };
    }

    private static Map<String, RefusedFunction> all() {
        Map<String, RefusedFunction> all = new HashMap<>();
        put(all, ALL_VALUES, "approx_percentile(e, 0.5)", "median");
        put(all, ALL_VALUES, "approx_percentile(e, p)", "percentile", "percentile_cont", "percentile_disc", "quantile");
        put(all, ALL_VALUES, "approx_top_k(e, 1)", "mode");
        put(
                all,
                NO_BOUND,
                "approx_top_k(e, k), or query the events in the master dataset",
                "collect_list",
                "collect_set",
                "array_agg",
                "listagg",
                "string_agg",
                "histogram_numeric");
        put(all, NAME, "avg(e)", "mean");
        put(all, NAME, "stddev(e)", "std", "stddev_samp");
        put(all, NAME, "first(e)", "first_value", "any_value");
        put(all, NAME, "last(e)", "last_value");
        put(all, NAME, "approx_percentile(e, p)", "percentile_approx");
        put(all, NAME, "approx_count_distinct(e)", "count_distinct");
        put(all, "there is none of it", "sum(CASE WHEN … THEN 1 ELSE 0 END)", "count_if");
        put(all, "there is none of it", "max(e) of a boolean", "bool_or", "any", "some");
        put(all, "there is none of it", "min(e) of a boolean", "bool_and", "every");
        put(
                all,
                "there is none of it",
                "stddev(e)",
                "variance",
                "var_samp",
                "var_pop",
                "stddev_pop",
                "skewness",
                "kurtosis");
        return all;
    }

    private static void put(Map<String, RefusedFunction> all, String reason, String instead, String... names) {
        for (String name : names) {
            all.put(name, new RefusedFunction(reason, instead));
        }
    }

    @Override
    public String toString() {
        return reason + "; use " + instead;
    }
}
