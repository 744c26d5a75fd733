package dev.tidemark.schema;

import dev.tidemark.schema.Judged.Reason;
import java.io.IOException;
import java.util.List;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.AvroTypeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.Decoder;

/** Avro's binary encoding by one writer schema, resolved to the schema that events are wanted in. Not thread-safe. */
final class AvroEvents implements EventReader {

    /** Of our own: to the one that all share, any library may add conversions of logical types. */
    private static final GenericData DATA = new GenericData().setFastReaderEnabled(false);

    private final Schema schema;
    private final List<SchemaChange> changes;
    private final Utf8Reader reader;
    private final BoundedDecoder decoder = new BoundedDecoder();

    /** @throws IllegalArgumentException if events of {@code schema} cannot be read */
    AvroEvents(Schema writer, Schema schema) {
        // Judges the schema as for JSON: types, unions and defaults that are accepted there are accepted here.
        new JsonEvents(schema);
        this.schema = schema;
        this.changes = SchemaMeaning.OF_A_VALUE.changes(writer, schema);
        this.reader = new Utf8Reader(writer, schema);
    }

    @Override
    public EventRecord read(byte[] value) throws MalformedEventException {
        return read(value, 0);
    }

    /** The event that begins at {@code start} and takes up the rest. */
    EventRecord read(byte[] value, int start) throws MalformedEventException {
        if (!changes.isEmpty()) {
            throw new MalformedEventException(Reason.SCHEMA, changes.get(0).toString());
        }
        Object raw = raw(value, start);
        return (EventRecord) AvroValues.of(schema, raw, "");
    }

    private Object raw(byte[] value, int start) throws MalformedEventException {
        try {
            decoder.begin(value, start);
            Object raw = reader.read(null, decoder);
            if (!decoder.isEnd()) {
                throw new MalformedEventException(Reason.UNREADABLE, "more follows after the Avro record");
            }
            return raw;
        } catch (AvroTypeException e) {
            throw new MalformedEventException(Reason.SCHEMA, e.getMessage());
        } catch (IOException | AvroRuntimeException | IndexOutOfBoundsException e) {
            throw new MalformedEventException(
                    Reason.UNREADABLE, "no record in Avro's binary encoding by the writer's schema: " + e);
        }
    }

    /** Leaves strings as their bytes, whatever Java class the schema asks for: they are decoded strictly afterwards. */
    private static final class Utf8Reader extends GenericDatumReader<Object> {

        Utf8Reader(Schema writer, Schema reader) {
            super(writer, reader, DATA);
        }

        @Override
        protected Object readString(Object old, Schema expected, Decoder in) throws IOException {
            return in.readString(null);
        }

        @Override
        protected Object readMapKey(Object old, Schema expected, Decoder in) throws IOException {
            return in.readString(null);
        }
    }
}
