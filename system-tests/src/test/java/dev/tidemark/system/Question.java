package dev.tidemark.system;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.view.aggregate.Equality;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongPredicate;
import java.util.function.Predicate;

/**
 * A query, and an independent computation of its answer: a plain fold over the flights that the answer says it counts.
 *
 * @param path the query
 * @param counts which flights it is about
 * @param key the group of a flight, as the text of the row's fields
 * @param fields the row's fields that make the group
 * @param measures the row's other fields, each of which is compared
 * @param under the publications whose answers it is about: a view may be stated otherwise in others
 */
record Question(
        String path,
        Predicate<Flight> counts,
        Function<Flight, List<String>> key,
        List<String> fields,
        List<String> measures,
        LongPredicate under) {

    private static final LongPredicate ALL_PUBLICATIONS = publication -> true;

    static final Question DELAYS_BY_ORIGIN = new Question(
            "/v1/views/delays_by_origin/query?by=origin",
            flight -> true,
            flight -> List.of(flight.origin()),
            List.of("origin"),
            List.of("flights", "delay_sum", "average_delay", "worst", "best", "miles"),
            ALL_PUBLICATIONS);

    static final Question TRAFFIC_BY_DAY = new Question(
            "/v1/views/traffic/query?window=1d",
            flight -> true,
            flight -> List.of(flight.day()),
            List.of("window_start"),
            List.of("flights", "delay_decimal", "delay_avg", "longest"),
            ALL_PUBLICATIONS);

    static final Question ROUTES_FROM_ATLANTA = new Question(
            "/v1/views/routes/query?by=destination&filter%5Borigin%5D=ATL&window=1d",
            flight -> flight.origin().equals("ATL") && flight.distance() > 0,
            flight -> List.of(flight.day(), flight.destination()),
            List.of("window_start", "destination"),
            List.of("flights", "miles_avg", "late"),
            ALL_PUBLICATIONS);

    static final Question DISTANCES_BY_HOUR = new Question(
            "/v1/views/distances/query?window=1h&measures=flights,km,bound_avg",
            flight -> flight.delay() != 0,
            flight -> List.of(flight.date().truncatedTo(ChronoUnit.HOURS).toString()),
            List.of("window_start"),
            List.of("flights", "km", "bound_avg"),
            ALL_PUBLICATIONS);

    static final List<Question> ALL = List.of(DELAYS_BY_ORIGIN, TRAFFIC_BY_DAY, ROUTES_FROM_ATLANTA, DISTANCES_BY_HOUR);

    /** The same about other flights, under other publications. */
    Question with(Predicate<Flight> others, LongPredicate publications) {
        return new Question(path, others, key, fields, measures, publications);
    }

    /** What has been counted so far, group by group. */
    static final class Expected {

        private final Question question;
        private final Map<List<String>, Group> groups = new HashMap<>();

        Expected(Question question) {
            this.question = question;
        }

        void count(Flight flight) {
            if (question.counts().test(flight)) {
                groups.computeIfAbsent(question.key().apply(flight), key -> new Group())
                        .count(flight);
            }
        }

        /** What is wrong with the rows of an answer; nothing, if they are right. */
        List<String> differences(JsonNode rows) {
            List<String> found = new ArrayList<>();
            Set<List<String>> seen = new HashSet<>();
            for (JsonNode row : rows) {
                List<String> key = question.keyOf(row);
                if (!seen.add(key)) {
                    found.add("two rows for " + key);
                } else if (!groups.containsKey(key)) {
                    found.add("a row for " + key);
                } else {
                    compare(key, row, found);
                }
            }
            groups.keySet().stream().filter(key -> !seen.contains(key)).forEach(key -> found.add("no row for " + key));
            return found;
        }

        private void compare(List<String> key, JsonNode row, List<String> found) {
            for (String measure : question.measures()) {
                Object expected = groups.get(key).expected(measure);
                if (!same(expected, row.path(measure))) {
                    found.add("%s: %s is %s instead of %s".formatted(key, measure, row.path(measure), expected));
                }
            }
        }

        private static boolean same(Object expected, JsonNode found) {
            if (expected == null) {
                return found.isNull();
            }
            if (expected instanceof Double number) {
                return found.isNumber() && Equality.DOUBLES.equal(number, found.asDouble());
            }
            return expected instanceof String
                    ? found.isTextual() && found.asText().equals(expected)
                    : found.isIntegralNumber() && found.asLong() == (Long) expected;
        }
    }

    private List<String> keyOf(JsonNode row) {
        return fields.stream()
                .map(field -> field.equals("window_start")
                        ? Instant.parse(row.get(field).asText()).toString()
                        : row.get(field).asText())
                .toList();
    }

    /** A plain fold over flights. */
    private static final class Group {

        private static final BigDecimal KILOMETRES_PER_MILE = new BigDecimal("1.609344");

        private long flights;
        private long delays;
        private long miles;
        private long late;
        private long bound;
        private long boundFlights;
        private long worst = Long.MIN_VALUE;
        private long best = Long.MAX_VALUE;
        private long longest;
        private BigDecimal kilometres = BigDecimal.ZERO;

        void count(Flight flight) {
            flights++;
            delays += flight.delay();
            miles += flight.distance();
            late += flight.delay() > 15 ? 1 : 0;
            bound += flight.delay() == 5 ? 0 : flight.delay();
            boundFlights += flight.delay() == 5 ? 0 : 1;
            worst = Math.max(worst, flight.delay());
            best = Math.min(best, flight.delay());
            longest = Math.max(longest, flight.distance());
            kilometres = kilometres.add(BigDecimal.valueOf(flight.distance())
                    .multiply(KILOMETRES_PER_MILE)
                    .setScale(3, java.math.RoundingMode.HALF_UP));
        }

        Object expected(String measure) {
            return switch (measure) {
                case "flights" -> flights;
                case "delay_sum" -> delays;
                case "average_delay", "delay_avg" -> (double) delays / flights;
                case "worst" -> worst;
                case "best" -> best;
                case "miles" -> miles;
                case "miles_avg" -> (double) miles / flights;
                case "late" -> late;
                case "delay_decimal" -> new BigDecimal(delays).setScale(2).toString();
                case "longest" -> longest;
                case "km" -> kilometres.toString();
                case "bound_avg" -> boundFlights == 0 ? null : (Object) ((double) bound / boundFlights);
                default -> throw new IllegalArgumentException(measure);
            };
        }
    }
}
