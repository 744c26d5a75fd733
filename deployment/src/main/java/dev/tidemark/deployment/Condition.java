package dev.tidemark.deployment;

import dev.tidemark.view.Operator;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a row must be like for an alert to fire: comparisons of measures with numbers, which must all hold.
 *
 * @param comparisons the comparisons, at least one
 */
public record Condition(List<Comparison> comparisons) {

    private static final Pattern AND = Pattern.compile("\\s+and\\s+", Pattern.CASE_INSENSITIVE);
    private static final Pattern COMPARISON =
            Pattern.compile("\\s*(\\w+)\\s*(<=|>=|<>|<|>|=)\\s*(-?\\d{1,38}(?:\\.\\d{1,38})?)\\s*");
    private static final String ACCEPTED =
            "accepted are comparisons of a measure with a number by <, <=, >, >=, = or <>, joined by `and`, such as"
                    + " revenue < 100 and orders >= 5";

    public Condition {
        comparisons = List.copyOf(comparisons);
    }

    /**
     * The condition that a text states.
     *
     * @throws IllegalArgumentException if it states none
     */
    public static Condition parse(String text) {
        List<Comparison> comparisons = new ArrayList<>();
        for (String part : AND.split(text, -1)) {
            Matcher found = COMPARISON.matcher(part);
            if (!found.matches()) {
                throw new IllegalArgumentException("'%s' is no comparison; %s".formatted(part.strip(), ACCEPTED));
            }
            comparisons.add(
                    new Comparison(found.group(1), Operator.of(found.group(2)), new BigDecimal(found.group(3))));
        }
        return new Condition(comparisons);
    }

    /** The measures that it compares. */
    public List<String> measures() {
        return comparisons.stream().map(Comparison::measure).distinct().toList();
    }

    /**
     * Whether it holds of a row. A comparison with null, or with what is no number, does not hold.
     *
     * @param value gives a measure's value by its name
     */
    public boolean holds(Function<String, Object> value) {
        return comparisons.stream().allMatch(comparison -> comparison.holds(value.apply(comparison.measure())));
    }

    /** One comparison; exact for decimals and whole numbers, and for doubles as they are written. */
    public record Comparison(String measure, Operator operator, BigDecimal number) {

        private boolean holds(Object value) {
            if (!(value instanceof Number found) || Double.isNaN(found.doubleValue())) {
                return false;
            }
            return operator.accepts(compare(found));
        }

        private int compare(Number found) {
            boolean isInfinite = found instanceof Double approximate && Double.isInfinite(approximate);
            return isInfinite
                    ? (int) Math.signum(found.doubleValue())
                    : new BigDecimal(found.toString()).compareTo(number);
        }
    }
}
