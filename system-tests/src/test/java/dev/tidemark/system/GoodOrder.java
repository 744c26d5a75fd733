package dev.tidemark.system;

import dev.tidemark.schema.Bucket;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/** A well-formed order: what is in it, and what becomes of it in each view. */
record GoodOrder(Kind kind, Instant at, String region, BigDecimal amount, int quantity, double weight, String text) {

    static final String SCHEMA =
            """
            {"type": "record", "name": "Order", "fields": [
              {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
              {"name": "region", "type": "string"},
              {"name": "amount", "type": {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}},
              {"name": "quantity", "type": "int"},
              {"name": "weight", "type": "double"},
              {"name": "text", "type": "string", "default": "1"}]}
            """;

    /** Every order. */
    static final String ORDERS =
            """
            name: orders
            source: orders
            pane: 1m
            dimensions: {region: region}
            measures: {orders: count(), revenue: sum(amount), pieces: sum(quantity), heaviest: max(weight)}
            """;

    /** Whose filter some do not pass. */
    static final String SHIPPED =
            """
            name: shipped
            source: orders
            where: quantity > 0
            pane: 1h
            dimensions: {region: region}
            measures: {orders: count(), revenue: sum(amount)}
            """;

    /** Whose expression fails on some. */
    static final String PARSED =
            """
            name: parsed
            source: orders
            pane: 1d
            measures: {orders: count(), total: sum(cast(text as int))}
            """;

    static final List<String> VIEWS = List.of("orders", "parsed", "shipped");

    private static final List<String> REGIONS = List.of("EU", "US", "APAC", "", "Zürich", "\uD83D\uDE80");
    private static final List<String> NO_INTEGERS = List.of("two", "", "1.5", "2147483648", "\uFFFD", "1e3");
    private static final int CENTS = 10_000_000;

    /** Which views count an order. */
    enum Kind {
        EVERYWHERE(Map.of()),
        FILTERED(Map.of("shipped", Bucket.FILTERED)),
        FAILING(Map.of("parsed", Bucket.FAILED)),
        FILTERED_AND_FAILING(Map.of("shipped", Bucket.FILTERED, "parsed", Bucket.FAILED)),
        /** Its region is longer than any view takes. */
        OF_ENDLESS_REGION(Map.of("orders", Bucket.FAILED, "shipped", Bucket.FAILED));

        private final Map<String, Bucket> uncounted;

        Kind(Map<String, Bucket> uncounted) {
            this.uncounted = uncounted;
        }

        /** Which bucket of a view it is in. */
        Bucket bucket(String view) {
            return uncounted.getOrDefault(view, Bucket.COUNTED);
        }

        boolean fails() {
            return uncounted.containsValue(Bucket.FAILED);
        }

        private boolean isRegionLong() {
            return this == OF_ENDLESS_REGION;
        }
    }

    /** An order of that kind, up to 50 minutes before it is recorded: none is late. */
    static GoodOrder of(Kind kind, Instant recorded, Random random) {
        return new GoodOrder(
                kind,
                recorded.minusMillis(random.nextInt(50 * 60_000)),
                kind.isRegionLong() ? "x".repeat(HostileOrder.LONG) : REGIONS.get(random.nextInt(REGIONS.size())),
                BigDecimal.valueOf(random.nextInt(2 * CENTS) - CENTS, 2),
                kind.bucket("shipped") == Bucket.FILTERED ? -random.nextInt(3) : 1 + random.nextInt(9),
                random.nextGaussian() * 1e9,
                kind.bucket("parsed") == Bucket.FAILED
                        ? NO_INTEGERS.get(random.nextInt(NO_INTEGERS.size()))
                        : Integer.toString(random.nextInt()));
    }

    GoodOrder saying(String other) {
        return new GoodOrder(kind, at, region, amount, quantity, weight, other);
    }

    boolean isCountedBy(String view) {
        return kind.bucket(view) == Bucket.COUNTED;
    }

    String day() {
        return at.toString().substring(0, 10) + "T00:00:00Z";
    }

    /** Its fields as they stand in plain JSON, by their names. */
    Map<String, String> fields() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("at", Long.toString(at.toEpochMilli()));
        fields.put("region", "\"" + region + "\"");
        fields.put("amount", amount.toPlainString());
        fields.put("quantity", Integer.toString(quantity));
        fields.put("weight", Double.toString(weight));
        fields.put("text", "\"" + text + "\"");
        return fields;
    }

    /** Its JSON with something else in place of a field's value. */
    String with(String field, String json) {
        Map<String, String> fields = fields();
        fields.put(field, json);
        return json(fields);
    }

    String without(String field) {
        Map<String, String> fields = fields();
        fields.remove(field);
        return json(fields);
    }

    String json() {
        return json(fields());
    }

    private static String json(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> "\"" + field.getKey() + "\":" + field.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }

    /** The same order in JSON that looks odd and says the same. */
    String oddJson(Random random) {
        Map<String, String> fields = fields();
        fields.put("at", "\"" + at.atOffset(ZoneOffset.ofHoursMinutes(5, 30)) + "\"");
        fields.put("amount", "\"" + amount.setScale(7, RoundingMode.UNNECESSARY) + "\"");
        fields.put("quantity", quantity + ".0e0");
        fields.put("region", "\"" + escaped(region) + "\"");
        List<String> members = new ArrayList<>();
        fields.forEach((name, value) -> members.add("\"" + name + "\" :\n" + value));
        members.add("\"unknown\": " + "[".repeat(90) + "]".repeat(90));
        members.add("\"at\u0000\": null".replace("\u0000", "\\u0000"));
        Collections.shuffle(members, random);
        members.add(0, "\"region\":\"of a repeated field the last counts\"");
        return " {" + String.join(" ,\r\n\t", members) + "} ";
    }

    private static String escaped(String text) {
        return text.chars().mapToObj(unit -> "\\u%04x".formatted(unit)).collect(Collectors.joining());
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
