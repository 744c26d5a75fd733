package dev.tidemark.system;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A query, and an independent computation of its answer: a plain fold over the flights that the answer says it counts.
 *
 * @param path the query
 * @param counts which flights it is about
 * @param key the group of a flight, as the text of the row's fields
 * @param fields the row's fields that make the group
 */
record Question(String path, Predicate<Flight> counts, Function<Flight, List<String>> key, List<String> fields) {

    static final Question DELAYS_BY_ORIGIN = new Question(
            "/v1/views/delays_by_origin/query?by=origin",
            flight -> true,
            flight -> List.of(flight.origin()),
            List.of("origin"));

    static final Question TRAFFIC_BY_DAY = new Question(
            "/v1/views/traffic/query?window=1d",
            flight -> true,
            flight -> List.of(flight.date().truncatedTo(ChronoUnit.DAYS).toString()),
            List.of("window_start"));

    static final Question ROUTES_FROM_ATLANTA = new Question(
            "/v1/views/routes/query?by=destination&filter%5Borigin%5D=ATL&window=1d",
            flight -> flight.origin().equals("ATL") && flight.distance() > 0,
            flight -> List.of(flight.date().truncatedTo(ChronoUnit.DAYS).toString(), flight.destination()),
            List.of("window_start", "destination"));

    static final List<Question> ALL = List.of(DELAYS_BY_ORIGIN, TRAFFIC_BY_DAY, ROUTES_FROM_ATLANTA);

    /** What has been counted so far, group by group. */
    static final class Expected {

        private final Question question;
        private final Map<List<String>, Group> groups =
                new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));

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
            if (rows.size() != groups.size()) {
                found.add(rows.size() + " rows instead of " + groups.size());
            }
            for (JsonNode row : rows) {
                List<String> key = question.fields().stream()
                        .map(field -> field.equals("window_start")
                                ? Instant.parse(row.get(field).asText()).toString()
                                : row.get(field).asText())
                        .toList();
                Group expected = groups.get(key);
                if (expected == null) {
                    found.add("a row for " + key);
                } else {
                    expected.compare(key, row, found);
                }
            }
            return found;
        }
    }

    /** A plain fold over flights. */
    private static final class Group {

        private long flights;
        private long delays;
        private long miles;
        private long late;
        private int worst = Integer.MIN_VALUE;
        private int best = Integer.MAX_VALUE;
        private int longest;

        void count(Flight flight) {
            flights++;
            delays += flight.delay();
            miles += flight.distance();
            late += flight.delay() > 15 ? 1 : 0;
            worst = Math.max(worst, flight.delay());
            best = Math.min(best, flight.delay());
            longest = Math.max(longest, flight.distance());
        }

        void compare(List<String> key, JsonNode row, List<String> found) {
            row.properties().forEach(field -> {
                Object expected = expected(field.getKey());
                if (expected != null && !same(expected, field.getValue())) {
                    found.add("%s: %s is %s instead of %s".formatted(key, field.getKey(), field.getValue(), expected));
                }
            });
        }

        private Object expected(String measure) {
            return switch (measure) {
                case "flights" -> flights;
                case "delay_sum" -> delays;
                case "average_delay", "delay_avg" -> (double) delays / flights;
                case "worst" -> (long) worst;
                case "best" -> (long) best;
                case "miles" -> miles;
                case "miles_avg" -> (double) miles / flights;
                case "late" -> late;
                case "delay_decimal" -> new BigDecimal(delays).setScale(2).toString();
                case "longest" -> (long) longest;
                default -> null;
            };
        }

        private static boolean same(Object expected, JsonNode found) {
            if (expected instanceof Double number) {
                return Math.abs(number - found.asDouble()) <= 1e-9 * Math.max(1, Math.abs(number));
            }
            return expected instanceof String
                    ? found.isTextual() && found.asText().equals(expected)
                    : found.isIntegralNumber() && found.asLong() == (Long) expected;
        }
    }
}
