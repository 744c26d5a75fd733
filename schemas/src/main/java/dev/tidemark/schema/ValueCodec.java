package dev.tidemark.schema;

import java.io.EOFException;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.function.Function;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.Encoder;

/**
 * One nullable value in Avro's binary encoding: as a union of null and the type's Avro counterpart. Increments have no
 * values of type binary; stored partials do.
 */
public final class ValueCodec {

    private static final int NULL = 0;
    private static final int PRESENT = 1;

    private ValueCodec() {}

    /** Writes a value of a type, which may be null. */
    public static void write(Encoder out, ValueType type, Object value) throws IOException {
        if (value == null) {
            out.writeIndex(NULL);
            return;
        }
        out.writeIndex(PRESENT);
        switch (type.kind()) {
            case BOOLEAN -> out.writeBoolean((Boolean) value);
            case BIGINT -> out.writeLong((Long) value);
            case DOUBLE -> out.writeDouble((Double) value);
            case DECIMAL -> out.writeBytes(digits((BigDecimal) value, type));
            case STRING -> out.writeString((String) value);
            case DATE -> out.writeInt((int) ((LocalDate) value).toEpochDay());
            case TIMESTAMP -> out.writeLong(Micros.of((Instant) value));
            case BINARY -> out.writeBytes((byte[]) value);
        }
    }

    private static byte[] digits(BigDecimal value, ValueType type) {
        return value.setScale(type.scale()).unscaledValue().toByteArray();
    }

    /**
     * Reads a value that was written under the same type.
     *
     * @throws EOFException if it is longer than what is there
     */
    public static Object read(BinaryDecoder in, ValueType type) throws IOException {
        return read(in, type, ValueCodec::text);
    }

    /**
     * The same, where many values are read that are alike.
     *
     * @param strings makes strings of UTF-8 bytes
     * @throws EOFException if it is longer than what is there
     */
    public static Object read(BinaryDecoder in, ValueType type, Function<byte[], String> strings) throws IOException {
        if (in.readIndex() == NULL) {
            return null;
        }
        return switch (type.kind()) {
            case BOOLEAN -> in.readBoolean();
            case BIGINT -> in.readLong();
            case DOUBLE -> in.readDouble();
            case DECIMAL -> new BigDecimal(new BigInteger(readBytes(in)), type.scale());
            case STRING -> strings.apply(readBytes(in));
            case DATE -> LocalDate.ofEpochDay(in.readInt());
            case TIMESTAMP -> Micros.instant(in.readLong());
            case BINARY -> readBytes(in);
        };
    }

    /** Reads a string that is not null. */
    public static String readString(BinaryDecoder in) throws IOException {
        return text(readBytes(in));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Avro's own reading believes any length, and makes room for it before it looks whether so much is there. */
    static byte[] readBytes(BinaryDecoder in) throws IOException {
        long length = in.readLong();
        int available = in.inputStream().available();
        if (length < 0 || length > available) {
            throw new EOFException("a value of " + length + " bytes where " + available + " are left");
        }
        byte[] bytes = new byte[(int) length];
        in.readFixed(bytes);
        return bytes;
    }
}
