package dev.tidemark.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.Incompatibility;

/**
 * A place where a schema does not read, or reads as something else, what an earlier one wrote.
 *
 * @param pointer the place in the schema as a JSON pointer, such as {@code /fields/2/type}
 * @param field the field there, with those of the records around it; empty for the schema itself
 * @param message what was found, and what would be accepted
 */
public record SchemaChange(String pointer, String field, String message) {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public String toString() {
        return field.isEmpty() ? message : field + " " + message;
    }

    /**
     * What keeps a schema from reading events of an earlier one in a format: by Avro's rules of schema resolution, and
     * beyond them what would give a value another meaning. One for each place at most.
     *
     * @return nothing if it reads them all
     */
    public static List<SchemaChange> between(Schema earlier, Schema schema, Format format) {
        Map<String, SchemaChange> changes = new LinkedHashMap<>();
        ofStructure(earlier, schema).forEach(change -> changes.put(change.pointer(), change));
        SchemaMeaning meaning = format.equals(Format.JSON) ? SchemaMeaning.IN_JSON : SchemaMeaning.IN_AVRO;
        meaning.changes(earlier, schema).forEach(change -> changes.putIfAbsent(change.pointer(), change));
        return List.copyOf(changes.values());
    }

    private static List<SchemaChange> ofStructure(Schema earlier, Schema schema) {
        try {
            return SchemaCompatibility.checkReaderWriterCompatibility(schema, earlier)
                    .getResult()
                    .getIncompatibilities()
                    .stream()
                    .map(found -> of(found, schema))
                    .toList();
        } catch (AvroRuntimeException e) {
            return List.of(new SchemaChange("", "", e.getMessage()));
        }
    }

    private static SchemaChange of(Incompatibility found, Schema schema) {
        String pointer = found.getLocation().equals("/") ? "" : found.getLocation();
        return new SchemaChange(pointer, fieldAt(pointer, schema), message(found));
    }

    private static String message(Incompatibility found) {
        String now = describe(found.getReaderFragment());
        String before = describe(found.getWriterFragment());
        return switch (found.getType()) {
            case READER_FIELD_MISSING_DEFAULT_VALUE ->
                "is not in earlier events and has no default; accepted is a field with a default, or with an alias that"
                        + " names an earlier field";
            case NAME_MISMATCH ->
                "is named " + now + ", but was named " + before + "; accepted is that name, or an alias with it";
            case MISSING_ENUM_SYMBOLS ->
                "lacks symbols that earlier events have (" + found.getMessage()
                        + "); accepted is an enum with them, or with a default";
            case FIXED_SIZE_MISMATCH ->
                "has another size than in earlier events (" + found.getMessage() + "); accepted is that size";
            case MISSING_UNION_BRANCH, TYPE_MISMATCH ->
                "is " + now + ", but was " + before
                        + " in earlier events; accepted is what Avro can read that as, such as the same type, a wider"
                        + " one or a union with it";
        };
    }

    private static String fieldAt(String pointer, Schema schema) {
        try {
            JsonNode tree = JSON.readTree(schema.toString());
            List<String> names = new ArrayList<>();
            for (int at = pointer.indexOf("/fields/"); at >= 0; at = pointer.indexOf("/fields/", at + 1)) {
                int end = pointer.indexOf('/', at + "/fields/".length());
                JsonNode field = tree.at(end < 0 ? pointer : pointer.substring(0, end));
                names.add(field.path("name").asText());
            }
            return String.join(".", names);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Avro wrote a schema that is no JSON", e);
        }
    }

    /** The type as a message says it. */
    static String describe(Schema type) {
        if (type.getLogicalType() instanceof LogicalTypes.Decimal decimal) {
            return "decimal(" + decimal.getPrecision() + "," + decimal.getScale() + ")";
        }
        if (SchemaMeaning.isMarked(type)) {
            return type.getLogicalType().getName();
        }
        return switch (type.getType()) {
            case RECORD, ENUM, FIXED -> type.getFullName();
            case UNION ->
                type.getTypes().stream().map(SchemaChange::describe).toList().toString();
            default -> type.getType().getName();
        };
    }
}
