package dev.tidemark.schema;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.avro.Schema;
import org.apache.avro.util.internal.JacksonUtils;

/** A field's default, as a value of an event. */
final class AvroDefaults {

    private AvroDefaults() {}

    /** The default of {@code field}. Avro writes the default of bytes as characters up to 255, events as base64. */
    static Object of(Schema.Field field) {
        com.fasterxml.jackson.databind.JsonNode json = JacksonUtils.toJsonNode(field.defaultVal());
        if (json == null || json.isNull()) {
            return null;
        }
        Schema type = field.schema().isUnion() ? field.schema().getTypes().get(0) : field.schema();
        if (type.getType() == Schema.Type.BYTES || type.getType() == Schema.Type.FIXED) {
            byte[] bytes = json.asText().getBytes(StandardCharsets.ISO_8859_1);
            if (type.getLogicalType() instanceof org.apache.avro.LogicalTypes.Decimal decimal) {
                return new java.math.BigDecimal(new java.math.BigInteger(bytes), decimal.getScale());
            }
            return bytes;
        }
        try (JsonParser parser = new JsonFactory().createParser(json.toString())) {
            parser.nextToken();
            return JsonReaders.of(type, field.name()).read(parser);
        } catch (IOException | MalformedEventException e) {
            throw new IllegalArgumentException(
                    "the default of " + field.name() + " is no value of its type: " + json, e);
        }
    }
}
