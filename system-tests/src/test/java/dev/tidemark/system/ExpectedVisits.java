package dev.tidemark.system;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The rows of the shop's view {@code visits} as texts, by customer, device and start: as answered, and from a plain fold. */
final class ExpectedVisits {

    private static final Duration GAP = Duration.ofMinutes(5);

    private ExpectedVisits() {}

    /** Of an answer. */
    static Map<String, String> answered(JsonNode answer) {
        Map<String, String> rows = new TreeMap<>();
        for (JsonNode row : answer.get("rows")) {
            rows.put(
                    text(row, "customer_id", "device") + time(row, "session_start"),
                    time(row, "session_end") + " "
                            + text(row, "pages", "products", "landed_on", "left_from", "checked_out"));
        }
        return rows;
    }

    private static String text(JsonNode row, String... fields) {
        StringBuilder text = new StringBuilder();
        for (String field : fields) {
            text.append(row.get(field).asText()).append(' ');
        }
        return text.toString();
    }

    private static Instant time(JsonNode row, String field) {
        return Instant.parse(row.get(field).asText());
    }

    /** Of clicks, those of a customer in the order of their offsets. */
    static Map<String, String> folded(List<JsonNode> clicks) {
        Map<String, List<JsonNode>> byKey = new HashMap<>();
        clicks.forEach(click -> byKey.computeIfAbsent(text(click, "customer_id", "device"), key -> new ArrayList<>())
                .add(click));
        Map<String, String> rows = new TreeMap<>();
        byKey.forEach((key, ofKey) -> {
            // A stable sort: of equal times the earlier offset comes first.
            ofKey.sort((one, other) -> time(one, "clicked_at").compareTo(time(other, "clicked_at")));
            int begin = 0;
            for (int i = 1; i <= ofKey.size(); i++) {
                if (i == ofKey.size() || isApart(ofKey.get(i - 1), ofKey.get(i))) {
                    add(key, ofKey.subList(begin, i), rows);
                    begin = i;
                }
            }
        });
        return rows;
    }

    private static boolean isApart(JsonNode one, JsonNode next) {
        return time(next, "clicked_at").isAfter(time(one, "clicked_at").plus(GAP));
    }

    private static void add(String key, List<JsonNode> clicks, Map<String, String> rows) {
        JsonNode first = clicks.get(0);
        JsonNode last = clicks.get(clicks.size() - 1);
        long products =
                clicks.stream().filter(click -> click.hasNonNull("product_id")).count();
        boolean checkedOut =
                clicks.stream().anyMatch(click -> click.get("page").asText().equals("checkout"));
        rows.put(
                key + time(first, "clicked_at"),
                "%s %d %d %s%s%s "
                        .formatted(
                                time(last, "clicked_at").plus(GAP),
                                clicks.size(),
                                products,
                                text(first, "page"),
                                text(last, "page"),
                                checkedOut));
    }
}
