package dev.tidemark.schema;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.tidemark.schema.Judged.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/**
 * JSON values as events of an Avro schema: a missing field takes the schema's default, unknown fields are ignored, of a
 * repeated field the last one counts. Not thread-safe.
 */
final class JsonEvents {

    /** Deeper nesting than this is malformed, and is found before it costs anything. */
    private static final int MAX_DEPTH = 100;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(16 << 20)
                    .maxNumberLength(1000)
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

    EventRecord read(byte[] value) throws MalformedEventException {
        try (JsonParser json = JSON.createParser(utf8(value))) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new MalformedEventException(Reason.UNREADABLE, "the value is no JSON object");
            }
            EventRecord event = root.read(json);
            if (json.nextToken() != null) {
                throw new MalformedEventException(Reason.UNREADABLE, "more follows after the JSON object");
            }
            return event;
        } catch (JsonProcessingException e) {
            throw new MalformedEventException(Reason.UNREADABLE, "not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new MalformedEventException(Reason.UNREADABLE, "not JSON: " + e.getMessage());
        }
    }

    /** Jackson lets some invalid UTF-8 pass; an event with replaced characters would be another event. */
    private static String utf8(byte[] value) throws MalformedEventException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(value))
                    .toString();
        } catch (CharacterCodingException e) {
            int shown = Math.min(value.length, 16);
            throw new MalformedEventException(
                    Reason.UNREADABLE, "not UTF-8; it begins with " + Arrays.toString(Arrays.copyOf(value, shown)));
        }
    }
}
