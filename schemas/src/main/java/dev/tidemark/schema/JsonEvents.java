package dev.tidemark.schema;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.tidemark.schema.Judged.Reason;
import java.io.IOException;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/**
 * JSON values as events of an Avro schema: a missing field takes the schema's default, a field may have one of its
 * aliases, unknown fields are ignored, of a repeated field the last one counts. Not thread-safe.
 */
final class JsonEvents implements EventReader {

    /** Deeper nesting than this is malformed, and is found before it costs anything. */
    private static final int MAX_DEPTH = 100;

    private static final int MAX_NAME = 50_000;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(16 << 20)
                    .maxNameLength(MAX_NAME)
                    .maxNumberLength(JsonReaders.MAX_DIGITS)
                    .build())
            .build();

    private final JsonRecordReader root;

    /** @throws IllegalArgumentException if events of that schema cannot be read */
    JsonEvents(Schema schema) {
        AcceptedTypes.require(schema);
        this.root = new JsonRecordReader(schema, "");
    }

    static boolean isTimestamp(Schema schema) {
        return schema.getLogicalType() instanceof LogicalTypes.TimestampMillis
                || schema.getLogicalType() instanceof LogicalTypes.TimestampMicros;
    }

    @Override
    public EventRecord read(byte[] value) throws MalformedEventException {
        try (JsonParser json = JSON.createParser(StrictUtf8.decode(value, value.length, ""))) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new MalformedEventException(Reason.UNREADABLE, "the value is no JSON object");
            }
            EventRecord event = root.read(json);
            if (json.nextToken() != null) {
                throw new MalformedEventException(Reason.UNREADABLE, "more follows after the JSON object");
            }
            return event;
        } catch (StreamConstraintsException e) {
            // It may well be JSON: what is too deep or too long for an event has no type that the schema could mean.
            throw new MalformedEventException(Reason.SCHEMA, e.getOriginalMessage());
        } catch (JsonProcessingException e) {
            throw new MalformedEventException(Reason.UNREADABLE, "not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new MalformedEventException(Reason.UNREADABLE, "not JSON: " + e.getMessage());
        }
    }
}
