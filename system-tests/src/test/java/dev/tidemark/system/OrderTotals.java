package dev.tidemark.system;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The rows of an answer about orders.
 *
 * @param rows each group's measures as text, by the group's fields
 */
record OrderTotals(Map<List<String>, Map<String, String>> rows) {

    /** What the view {@code orders} has by day and region: a plain fold. */
    static OrderTotals byDayAndRegion(List<GoodOrder> orders) {
        return of(
                orders.stream().filter(order -> order.isCountedBy("orders")),
                order -> List.of(order.day(), order.region()),
                some -> Map.of(
                        "orders", Integer.toString(some.size()),
                        "revenue", revenue(some),
                        "pieces", sum(some, GoodOrder::quantity),
                        "heaviest", heaviest(some)));
    }

    /** What the view {@code shipped} has by region. */
    static OrderTotals shippedByRegion(List<GoodOrder> orders) {
        return of(
                orders.stream().filter(order -> order.isCountedBy("shipped")),
                order -> List.of(order.region()),
                some -> Map.of("orders", Integer.toString(some.size()), "revenue", revenue(some)));
    }

    /** What the view {@code parsed} has of all. */
    static OrderTotals parsed(List<GoodOrder> orders) {
        return of(
                orders.stream().filter(order -> order.isCountedBy("parsed")),
                order -> List.of(),
                some -> Map.of(
                        "orders", Integer.toString(some.size()),
                        "total", sum(some, order -> Integer.parseInt(order.text()))));
    }

    private static OrderTotals of(
            Stream<GoodOrder> orders,
            Function<GoodOrder, List<String>> group,
            Function<List<GoodOrder>, Map<String, String>> measures) {
        Map<List<String>, Map<String, String>> rows = new HashMap<>();
        orders.collect(Collectors.groupingBy(group)).forEach((key, some) -> rows.put(key, measures.apply(some)));
        return new OrderTotals(rows);
    }

    private static String revenue(List<GoodOrder> orders) {
        return orders.stream()
                .map(GoodOrder::amount)
                .reduce(BigDecimal.ZERO, BigDecimal::add)
                .toPlainString();
    }

    private static String sum(List<GoodOrder> orders, Function<GoodOrder, Integer> number) {
        return Long.toString(orders.stream().mapToLong(number::apply).sum());
    }

    private static String heaviest(List<GoodOrder> orders) {
        return Double.toString(
                orders.stream().mapToDouble(GoodOrder::weight).max().orElseThrow());
    }

    /** The rows of an answer, whose groups these fields make. */
    static OrderTotals stated(JsonNode answer, List<String> group, List<String> measures) {
        Map<List<String>, Map<String, String>> rows = new HashMap<>();
        for (JsonNode row : answer.get("rows")) {
            Map<String, String> values = new TreeMap<>();
            measures.forEach(measure -> values.put(measure, row.get(measure).asText()));
            rows.put(group.stream().map(field -> row.get(field).asText()).toList(), values);
        }
        return new OrderTotals(rows);
    }
}
