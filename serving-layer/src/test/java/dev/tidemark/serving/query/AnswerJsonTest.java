package dev.tidemark.serving.query;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tidemark.schema.RankedItem;
import dev.tidemark.schema.ValueType;
import dev.tidemark.serving.fold.Lag;
import dev.tidemark.view.CountedImport;
import dev.tidemark.view.OffsetRanges;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AnswerJsonTest {

    @Test
    void writesEveryTypeOfValue() {
        assertEquals("12345678901234567890", value(new BigInteger("12345678901234567890"), false));
        assertEquals("7", value(7L, false));
        assertEquals("\"0.00000000010\"", value(new BigDecimal("0.00000000010"), false));
        assertEquals("0.00000000010", value(new BigDecimal("0.00000000010"), true));
        assertEquals("0.1", value(0.1, false));
        assertEquals("\"NaN\"", value(Double.NaN, false));
        assertEquals("\"-Infinity\"", value(Double.NEGATIVE_INFINITY, false));
        assertEquals("true", value(true, false));
        assertEquals("null", value(null, false));
        assertEquals("\"2026-01-31\"", value(LocalDate.of(2026, 1, 31), false));
        assertEquals("\"2026-01-31T10:00:00.000001Z\"", value(Instant.parse("2026-01-31T10:00:00.000001Z"), false));
        assertEquals(
                "[{\"item\":\"1.50\",\"count\":3},{\"item\":null,\"count\":2}]",
                value(List.of(new RankedItem(new BigDecimal("1.50"), 3), new RankedItem(null, 2)), false));
        assertEquals("\"a \\\"b\\\" ö\"", value("a \"b\" ö", false));
    }

    @Test
    void writesCertificateAndFreshnessAsTheContractSays() {
        Certificate certificate = new Certificate(
                41,
                Optional.of(Instant.parse("2026-03-02T00:00:00Z")),
                false,
                Optional.empty(),
                List.of(new Certificate.PartitionCounted(
                        "orders",
                        "id",
                        0,
                        1200,
                        Optional.of(Instant.parse("2026-03-01T00:00:00Z")),
                        1450,
                        OffsetRanges.of(1300, 1310),
                        3,
                        5)),
                List.of(new CountedImport("import-0123456789abcdef", 2, 3000)));
        Freshness freshness = new Freshness(new Lag.Behind(3, Duration.ofMillis(4)), Optional.empty());
        assertEquals(
                "{\"columns\":[],\"rows\":[],\"certificate\":{\"publication\":41,\"published_at\":\"2026-03-02T00:00:00Z\","
                        + "\"complete\":false,\"partitions\":[{\"topic\":\"orders\",\"log\":\"id\",\"partition\":0,"
                        + "\"cut\":1200,\"cut_time\":\"2026-03-01T00:00:00Z\",\"through\":1450,\"missing\":[[1300,1310]],\"deferred\":3,"
                        + "\"excluded\":5}],\"imports\":[{\"id\":\"import-0123456789abcdef\",\"files\":2,\"rows\":3000}]},"
                        + "\"freshness\":{\"behind_records\":3,\"behind_ms\":4,\"newest_event\":null}}",
                json(new Answer(List.of(), List.of(), certificate, Optional.of(freshness)), false));
    }

    private static String value(Object value, boolean decimalsAsNumbers) {
        Certificate certificate = new Certificate(0, Optional.empty(), true, Optional.empty(), List.of(), List.of());
        Freshness freshness = new Freshness(new Lag.Behind(0, Duration.ZERO), Optional.empty());
        List<Column> columns = List.of(new Column("v", ValueType.STRING, Column.Role.MEASURE));
        List<Object[]> rows = List.<Object[]>of(new Object[] {value});
        String json = json(new Answer(columns, rows, certificate, Optional.of(freshness)), decimalsAsNumbers);
        String before = "\"rows\":[{\"v\":";
        return json.substring(json.indexOf(before) + before.length(), json.indexOf("}],\"certificate\""));
    }

    private static String json(Answer answer, boolean decimalsAsNumbers) {
        return new String(AnswerJson.write(answer, decimalsAsNumbers), StandardCharsets.UTF_8);
    }
}
