package dev.tidemark.serving.query;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import dev.tidemark.schema.RankedItem;
import dev.tidemark.view.CountedImport;
import dev.tidemark.view.Tail;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Answers as JSON. */
public final class AnswerJson {

    private static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
                    .build())
            .build();

    private final JsonGenerator out;
    private final boolean decimalsAsNumbers;

    private AnswerJson(JsonGenerator out, boolean decimalsAsNumbers) {
        this.out = out;
        this.decimalsAsNumbers = decimalsAsNumbers;
    }

    /** The answer's JSON in UTF-8; decimals are strings, or numbers if so wanted. */
    public static byte[] write(Answer answer, boolean decimalsAsNumbers) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator out = MAPPER.createGenerator(bytes)) {
            new AnswerJson(out, decimalsAsNumbers).write(answer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** One row's JSON, its decimals as strings. */
    public static String row(List<Column> columns, Object[] row) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = MAPPER.createGenerator(text)) {
            new AnswerJson(out, false).writeRow(columns, row);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private void write(Answer answer) throws IOException {
        out.writeStartObject();
        out.writeArrayFieldStart("columns");
        for (Column column : answer.columns()) {
            out.writeStartObject();
            out.writeStringField("name", column.name());
            out.writeStringField("type", column.type().toString());
            out.writeStringField("role", column.role().name().toLowerCase(Locale.ROOT));
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeArrayFieldStart("rows");
        for (Object[] row : answer.rows()) {
            writeRow(answer.columns(), row);
        }
        out.writeEndArray();
        out.writeFieldName("certificate");
        MAPPER.writeValue(out, tree(answer.certificate()));
        out.writeFieldName("freshness");
        MAPPER.writeValue(out, answer.freshness().map(AnswerJson::tree).orElse(null));
        out.writeEndObject();
    }

    private void writeRow(List<Column> columns, Object[] row) throws IOException {
        out.writeStartObject();
        for (int i = 0; i < row.length; i++) {
            out.writeFieldName(columns.get(i).name());
            writeValue(row[i]);
        }
        out.writeEndObject();
    }

    private void writeValue(Object value) throws IOException {
        if (value == null) {
            out.writeNull();
        } else if (value instanceof Boolean truth) {
            out.writeBoolean(truth);
        } else if (value instanceof Long whole) {
            out.writeNumber(whole);
        } else if (value instanceof BigInteger whole) {
            out.writeNumber(whole);
        } else if (value instanceof BigDecimal decimal && decimalsAsNumbers) {
            out.writeNumber(decimal);
        } else if (value instanceof BigDecimal decimal) {
            out.writeString(decimal.toPlainString());
        } else if (value instanceof List<?> list) {
            writeList(list);
        } else if (value instanceof RankedItem item) {
            writeRanked(item);
        } else if (value instanceof Double number && Double.isFinite(number)) {
            out.writeNumber(number);
        } else {
            // Texts, times and dates, and the doubles that JSON has no number for.
            out.writeString(value.toString());
        }
    }

    private void writeList(List<?> list) throws IOException {
        out.writeStartArray();
        for (Object each : list) {
            writeValue(each);
        }
        out.writeEndArray();
    }

    private void writeRanked(RankedItem item) throws IOException {
        out.writeStartObject();
        out.writeFieldName("item");
        writeValue(item.item());
        out.writeNumberField("count", item.count());
        out.writeEndObject();
    }

    /** A value as an answer's row has it. */
    public static JsonNode tree(Object value, boolean decimalsAsNumbers) {
        try (TokenBuffer buffer = new TokenBuffer(MAPPER, false)) {
            new AnswerJson(buffer, decimalsAsNumbers).writeValue(value);
            return MAPPER.readTree(buffer.asParser());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The certificate's JSON members. */
    public static Map<String, Object> tree(Certificate certificate) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("publication", certificate.publication());
        tree.put(
                "published_at", certificate.publishedAt().map(Instant::toString).orElse(null));
        tree.put("complete", certificate.complete());
        certificate.reaches().ifPresent(time -> tree.put("reaches", time.toString()));
        tree.put(
                "partitions",
                certificate.partitions().stream().map(AnswerJson::tree).toList());
        tree.put("imports", trees(certificate.imports()));
        return tree;
    }

    /** Imports, as JSON members. */
    public static List<Object> trees(List<CountedImport> imports) {
        List<Object> trees = new ArrayList<>();
        for (CountedImport counted : imports) {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("id", counted.id());
            tree.put("files", counted.files());
            tree.put("rows", counted.rows());
            trees.add(tree);
        }
        return trees;
    }

    private static Map<String, Object> tree(Certificate.PartitionCounted partition) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("topic", partition.topic());
        tree.put("log", partition.log());
        tree.put("partition", partition.partition());
        tree.put("cut", partition.cut());
        tree.put("cut_time", partition.cutTime().map(Instant::toString).orElse(null));
        tree.put("through", partition.through());
        tree.put(
                "missing",
                partition.missing().ranges().stream()
                        .map(range -> List.of(range.from(), range.to()))
                        .toList());
        tree.put("deferred", partition.deferred());
        tree.put("excluded", partition.excluded());
        return tree;
    }

    private static Map<String, Object> tree(Freshness freshness) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("behind_records", freshness.behind().records());
        tree.put("behind_ms", freshness.behind().time().toMillis());
        tree.put("newest_event", freshness.newestEvent().map(Instant::toString).orElse(null));
        return tree;
    }

    /** How far each partition has been counted. */
    static Map<Integer, Long> throughs(Map<Integer, Tail.Progress> progress) {
        Map<Integer, Long> throughs = new TreeMap<>();
        progress.forEach((partition, counted) -> throughs.put(partition, counted.through()));
        return throughs;
    }
}
