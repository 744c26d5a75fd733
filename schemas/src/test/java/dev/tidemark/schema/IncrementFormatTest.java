package dev.tidemark.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IncrementFormatTest {

    private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant END = Instant.parse("+10000-01-01T00:00:00Z");
    private static final List<ValueType> TYPES = List.of(
            ValueType.BOOLEAN,
            ValueType.BIGINT,
            ValueType.DOUBLE,
            ValueType.decimal(38, 10),
            ValueType.STRING,
            ValueType.DATE,
            ValueType.TIMESTAMP);

    @Property
    void whatWasWrittenIsRead(@ForAll long seed) {
        Random random = new Random(seed);
        List<CellShape> shapes = new ArrayList<>();
        List<Contribution> contributions = new ArrayList<>();
        for (int view = random.nextInt(4); view > 0; view--) {
            CellShape shape = new CellShape("v" + view, fields(random), fields(random));
            shapes.add(shape);
            contributions.add(contribution(shape, random));
        }
        long offset = random.nextLong() >>> 1;
        Position position = new Position("1y8SNX9iRlaCCGh7AjEB8A", random.nextInt(1000), offset);
        Increment increment = new Increment(
                position,
                Math.max(0, offset - random.nextInt(1000)),
                random.nextLong(),
                random.nextLong(),
                contributions);
        IncrementFormat format = new IncrementFormat(shapes);
        assertEquals(increment, format.read(format.write(increment)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"})
    void timesFarFromThePresentAreKept(String text) {
        Instant time = Instant.parse(text);
        CellShape shape = new CellShape("v", List.of(new Field("at", ValueType.TIMESTAMP)), List.of());
        Contribution counted = new Contribution(Bucket.COUNTED, Micros.of(time), List.of(time), List.of());
        Increment increment = new Increment(new Position("log", 0, 5), 5, 0, 0, List.of(counted));
        IncrementFormat format = new IncrementFormat(List.of(shape));
        assertEquals(increment, format.read(format.write(increment)));
        assertEquals(time, Micros.instant(Micros.of(time)));
    }

    @Property
    void truncatedBytesAreRefused(@ForAll long seed) {
        Random random = new Random(seed);
        CellShape shape = new CellShape("v", fields(random), fields(random));
        IncrementFormat format = new IncrementFormat(List.of(shape));
        byte[] whole =
                format.write(new Increment(new Position("log", 0, 5), 5, 0, 0, List.of(contribution(shape, random))));
        byte[] truncated = Arrays.copyOf(whole, random.nextInt(whole.length));
        assertThrows(IllegalArgumentException.class, () -> format.read(truncated));
    }

    @Property
    void whateverTheBytesAreAnIncrementOrARefusalComesOut(@ForAll byte[] record, @ForAll long seed) {
        Random random = new Random(seed);
        IncrementFormat format = new IncrementFormat(List.of(new CellShape("v", fields(random), fields(random))));
        try {
            format.read(record);
        } catch (IllegalArgumentException e) {
            assertNotNull(e.getMessage());
        }
    }

    @Test
    void aLengthBeyondTheRecordIsRefusedBeforeRoomIsMadeForIt() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
        encoder.writeInt(IncrementFormat.VERSION);
        encoder.writeLong(Integer.MAX_VALUE);
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class, () -> new IncrementFormat(List.of()).read(bytes.toByteArray()));
        assertTrue(refused.getMessage().contains("a value of 2147483647 bytes where 0 are left"), refused.getMessage());
    }

    @Test
    void trailingBytesAreRefused() {
        IncrementFormat format = new IncrementFormat(List.of());
        byte[] whole = format.write(new Increment(new Position("log", 0, 5), 5, 0, 0, List.of()));
        byte[] longer = Arrays.copyOf(whole, whole.length + 1);
        assertThrows(IllegalArgumentException.class, () -> format.read(longer));
    }

    @Test
    void anotherVersionIsRefused() {
        IncrementFormat format = new IncrementFormat(List.of());
        byte[] record = format.write(new Increment(new Position("log", 0, 5), 5, 0, 0, List.of()));
        record[0] = 2; // zig-zag: 1
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> format.read(record));
        assertTrue(refused.getMessage().contains("an increment of version 1; this release reads version 2"));
    }

    private static List<Field> fields(Random random) {
        List<Field> fields = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            fields.add(new Field("f" + i, TYPES.get(random.nextInt(TYPES.size()))));
        }
        return fields;
    }

    private static Contribution contribution(CellShape shape, Random random) {
        Bucket bucket = Bucket.values()[random.nextInt(Bucket.values().length)];
        return bucket == Bucket.COUNTED
                ? new Contribution(
                        bucket, random.nextLong(), values(shape.dimensions(), random), values(shape.inputs(), random))
                : Contribution.none(bucket);
    }

    private static List<Object> values(List<Field> fields, Random random) {
        List<Object> values = new ArrayList<>();
        fields.forEach(field -> values.add(random.nextInt(5) == 0 ? null : value(field.type(), random)));
        return values;
    }

    /** Any microsecond of the years 0 to 9999. */
    private static Instant time(Random random) {
        long second = FIRST.getEpochSecond()
                + Math.floorMod(random.nextLong(), END.getEpochSecond() - FIRST.getEpochSecond());
        return Instant.ofEpochSecond(second, 1_000L * random.nextInt(1_000_000));
    }

    private static Object value(ValueType type, Random random) {
        return switch (type.kind()) {
            case BOOLEAN -> random.nextBoolean();
            case BIGINT -> random.nextLong();
            case DOUBLE -> random.nextGaussian();
            case DECIMAL -> new BigDecimal(new BigInteger(120, random), type.scale()).negate();
            case STRING -> "é" + random.nextInt();
            case DATE -> LocalDate.ofEpochDay(random.nextInt(100_000) - 50_000);
            case TIMESTAMP -> time(random);
            case BINARY -> throw new IllegalArgumentException("no values are " + type);
        };
    }
}
