package dev.tidemark.schema;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.tidemark.schema.Judged.Reason;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;

/** A JSON object as a record of an Avro schema. */
final class JsonRecordReader implements JsonReader {

    private static final Object MISSING = new Object();

    private final String path;
    private final List<Schema.Field> fields;
    private final JsonReader[] readers;
    private final Object[] defaults;
    private final String[] paths;
    private final Map<String, Integer> index = new HashMap<>();

    /** @param path where the record stands in the event; empty for the event itself */
    JsonRecordReader(Schema schema, String path) {
        this.path = path;
        this.fields = schema.getFields();
        this.readers = new JsonReader[fields.size()];
        this.defaults = new Object[fields.size()];
        this.paths = new String[fields.size()];
        for (Schema.Field field : fields) {
            int at = field.pos();
            paths[at] = path.isEmpty() ? field.name() : path + "." + field.name();
            readers[at] = JsonReaders.of(field.schema(), paths[at]);
            defaults[at] = field.hasDefaultValue() ? AvroValues.defaultOf(field) : MISSING;
        }
        // A name goes before an alias: it may be the former name of another field.
        fields.forEach(field -> field.aliases().forEach(alias -> index.put(alias, field.pos())));
        fields.forEach(field -> index.put(field.name(), field.pos()));
    }

    @Override
    public EventRecord read(JsonParser json) throws IOException, MalformedEventException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw JsonReaders.unexpected(json, path, "an object");
        }
        Object[] values = defaults.clone();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            Integer at = index.get(json.currentName());
            json.nextToken();
            if (at == null) {
                json.skipChildren();
            } else {
                values[at] = readers[at].read(json);
            }
        }
        for (int at = 0; at < values.length; at++) {
            if (values[at] == MISSING) {
                throw new MalformedEventException(
                        Reason.SCHEMA, paths[at] + " is missing, and the schema has no default for it");
            }
        }
        return new EventRecord(Arrays.asList(values));
    }
}
