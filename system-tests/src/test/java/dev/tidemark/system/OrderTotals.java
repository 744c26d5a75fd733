package dev.tidemark.system;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The rows of an answer about orders.
 *
 * @param rows each group's measures as text, by the group's fields
 */
record OrderTotals(Map<List<String>, Map<String, String>> rows) {

    /** A plain fold over orders. */
    static OrderTotals of(
            List<GoodOrder> orders,
            Predicate<GoodOrder> counts,
            Function<GoodOrder, List<String>> group,
            Function<List<GoodOrder>, Map<String, String>> measures) {
        Map<List<String>, List<GoodOrder>> groups =
                orders.stream().filter(counts).collect(Collectors.groupingBy(group));
        Map<List<String>, Map<String, String>> rows = new HashMap<>();
        groups.forEach((key, some) -> rows.put(key, measures.apply(some)));
        return new OrderTotals(rows);
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

    static String revenue(List<GoodOrder> orders) {
        return orders.stream()
                .map(GoodOrder::amount)
                .reduce(BigDecimal.ZERO, BigDecimal::add)
                .toPlainString();
    }
}
