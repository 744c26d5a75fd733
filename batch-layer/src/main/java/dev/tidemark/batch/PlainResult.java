package dev.tidemark.batch;

import dev.tidemark.schema.RankedItem;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Results and values of dimensions as JSON has them in every answer: decimals and times as texts. */
final class PlainResult {

    private PlainResult() {}

    static Object of(Object value) {
        if (value instanceof List<?> ranked) {
            return ranked.stream().map(PlainResult::of).toList();
        }
        if (value instanceof RankedItem item) {
            Map<String, Object> plain = new LinkedHashMap<>();
            plain.put("item", of(item.item()));
            plain.put("count", item.count());
            return plain;
        }
        if (value instanceof BigDecimal decimal) {
            return decimal.toPlainString();
        }
        if (value instanceof byte[] bytes) {
            return Base64.getEncoder().encodeToString(bytes);
        }
        boolean plain = value == null
                || value instanceof Boolean
                || value instanceof Long
                || value instanceof Integer
                || value instanceof BigInteger
                || value instanceof Double number && Double.isFinite(number);
        return plain ? value : value.toString();
    }

    /** As a number, to tell the larger change; zero of what is none. */
    static double number(Object result) {
        return result instanceof Number number && Double.isFinite(number.doubleValue()) ? number.doubleValue() : 0;
    }
}
