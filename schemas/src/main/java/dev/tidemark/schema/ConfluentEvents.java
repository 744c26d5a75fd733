package dev.tidemark.schema;

import dev.tidemark.schema.Judged.Reason;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;

/** Confluent's wire format: each value names the schema that it was written by. Not thread-safe. */
final class ConfluentEvents implements EventReader {

    private static final byte MAGIC = 0;
    private static final int HEADER = 1 + Integer.BYTES;

    private final Schema schema;
    private final RegistryClient registry;
    private final Map<Integer, AvroEvents> readers = new HashMap<>();

    /** @throws IllegalArgumentException if events of {@code schema} cannot be read */
    ConfluentEvents(Schema schema, RegistryClient registry) {
        new JsonEvents(schema);
        this.schema = schema;
        this.registry = registry;
    }

    /** What values that are written by the schema of that id begin with. */
    static byte[] header(int id) {
        return ByteBuffer.allocate(HEADER).put(MAGIC).putInt(id).array();
    }

    @Override
    public EventRecord read(byte[] value) throws MalformedEventException {
        if (value.length < HEADER || value[0] != MAGIC) {
            throw new MalformedEventException(
                    Reason.UNREADABLE,
                    "not in Confluent's wire format: it begins with byte %d and has %d bytes; expected are a zero byte and a schema id of 4 bytes"
                            .formatted(value[0], value.length));
        }
        return reader(ByteBuffer.wrap(value).getInt(1)).read(value, HEADER);
    }

    private AvroEvents reader(int id) throws MalformedEventException {
        AvroEvents known = readers.get(id);
        if (known == null) {
            known = new AvroEvents(registry.schema(id), schema);
            readers.put(id, known);
        }
        return known;
    }
}
