package dev.tidemark.schema;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.Encoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.util.Utf8;

/** JSON objects in Avro's binary encoding, after a header. Not thread-safe. */
final class AvroEventWriter implements EventWriter {

    private final Schema schema;
    private final byte[] header;
    private final JsonEvents lines;
    private final AvroEvents values;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    private BinaryEncoder encoder;

    /** @param header what each value begins with; where there is none, any bytes may happen to be an event */
    AvroEventWriter(Schema schema, byte[] header) {
        this.schema = schema;
        this.header = header.clone();
        this.lines = new JsonEvents(schema);
        this.values = new AvroEvents(schema, schema);
    }

    @Override
    public byte[] write(byte[] line) {
        try {
            return encoded(lines.read(line));
        } catch (MalformedEventException | CharacterCodingException e) {
            requireMalformed(line, e);
            return line;
        }
    }

    private void requireMalformed(byte[] line, Exception why) {
        // A line of JSON never begins with the zero byte of a header.
        if (header.length > 0) {
            return;
        }
        EventRecord other;
        try {
            other = values.read(line);
        } catch (MalformedEventException e) {
            return;
        }
        throw new IllegalArgumentException("it is no event of the schema (" + why.getMessage()
                + "), and sent as it is its bytes would be read as another event, " + other.values());
    }

    private byte[] encoded(EventRecord event) throws CharacterCodingException {
        try {
            bytes.reset();
            bytes.write(header);
            encoder = EncoderFactory.get().directBinaryEncoder(bytes, encoder);
            write(encoder, schema, event);
            return bytes.toByteArray();
        } catch (CharacterCodingException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Encoder out, Schema type, Object value) throws IOException {
        switch (type.getType()) {
            case NULL -> out.writeNull();
            case BOOLEAN -> out.writeBoolean((Boolean) value);
            case INT -> out.writeInt(value instanceof LocalDate date ? (int) date.toEpochDay() : (Integer) value);
            case LONG -> out.writeLong(value instanceof Instant time ? units(type, time) : (Long) value);
            case FLOAT -> out.writeFloat((Float) value);
            case DOUBLE -> out.writeDouble((Double) value);
            case STRING -> out.writeString(utf8((String) value));
            case ENUM -> out.writeEnum(type.getEnumOrdinal((String) value));
            case BYTES -> out.writeBytes(value instanceof BigDecimal decimal ? digits(decimal) : (byte[]) value);
            case FIXED -> out.writeFixed(fixed(type, value));
            case UNION -> writeUnion(out, type, value);
            case RECORD -> writeRecord(out, type, (EventRecord) value);
            case ARRAY -> writeArray(out, type.getElementType(), (List<?>) value);
            case MAP -> writeMap(out, type.getValueType(), (Map<?, ?>) value);
        }
    }

    /** Half a surrogate pair can be written in JSON, but not in UTF-8. */
    private static Utf8 utf8(String text) throws CharacterCodingException {
        ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
        return new Utf8(Arrays.copyOf(bytes.array(), bytes.limit()));
    }

    private static long units(Schema type, Instant time) {
        return type.getLogicalType() instanceof LogicalTypes.TimestampMillis ? time.toEpochMilli() : Micros.of(time);
    }

    private static byte[] digits(BigDecimal value) {
        return value.unscaledValue().toByteArray();
    }

    private static byte[] fixed(Schema type, Object value) {
        if (!(value instanceof BigDecimal decimal)) {
            return (byte[]) value;
        }
        byte[] digits = digits(decimal);
        byte[] all = new byte[type.getFixedSize()];
        Arrays.fill(all, (byte) (decimal.signum() < 0 ? -1 : 0));
        System.arraycopy(digits, 0, all, all.length - digits.length, digits.length);
        return all;
    }

    private static void writeUnion(Encoder out, Schema union, Object value) throws IOException {
        List<Schema> types = union.getTypes();
        int index = 0;
        while ((types.get(index).getType() == Schema.Type.NULL) != (value == null)) {
            index++;
        }
        out.writeIndex(index);
        write(out, types.get(index), value);
    }

    private static void writeRecord(Encoder out, Schema record, EventRecord event) throws IOException {
        for (Schema.Field field : record.getFields()) {
            write(out, field.schema(), event.get(field.pos()));
        }
    }

    private static void writeArray(Encoder out, Schema element, List<?> values) throws IOException {
        out.writeArrayStart();
        out.setItemCount(values.size());
        for (Object value : values) {
            out.startItem();
            write(out, element, value);
        }
        out.writeArrayEnd();
    }

    private static void writeMap(Encoder out, Schema element, Map<?, ?> values) throws IOException {
        out.writeMapStart();
        out.setItemCount(values.size());
        for (Map.Entry<?, ?> entry : values.entrySet()) {
            out.startItem();
            out.writeString(utf8((String) entry.getKey()));
            write(out, element, entry.getValue());
        }
        out.writeMapEnd();
    }
}
