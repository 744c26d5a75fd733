package dev.tidemark.schema;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/**
 * Increments as bytes, by the cell shapes of one definition set: Avro's binary primitives in the order of
 * docs/semantics.md ("The increment record"). Not thread-safe.
 *
 * <p>Version 2 is one event a record. A reader refuses a version that it does not know, so that a later one may carry
 * whole blocks of offsets.
 */
public final class IncrementFormat {

    /** The version that is written. */
    public static final int VERSION = 2;

    private static final Bucket[] BUCKETS = Bucket.values();

    private final List<CellShape> shapes;
    private final RecentStrings strings = new RecentStrings();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    private BinaryEncoder encoder;
    private BinaryDecoder decoder;

    public IncrementFormat(List<CellShape> shapes) {
        this.shapes = List.copyOf(shapes);
    }

    /** The record's bytes. */
    public byte[] write(Increment increment) {
        try {
            bytes.reset();
            encoder = EncoderFactory.get().directBinaryEncoder(bytes, encoder);
            encoder.writeInt(VERSION);
            encoder.writeString(increment.position().log());
            encoder.writeInt(increment.position().partition());
            encoder.writeLong(increment.position().offset());
            encoder.writeLong(increment.position().offset() - increment.from());
            encoder.writeLong(increment.recordTimestamp());
            encoder.writeLong(increment.eventTime());
            for (int view = 0; view < shapes.size(); view++) {
                write(shapes.get(view), increment.contributions().get(view));
            }
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(CellShape shape, Contribution contribution) throws IOException {
        encoder.writeEnum(contribution.bucket().ordinal());
        if (contribution.bucket() != Bucket.COUNTED) {
            return;
        }
        encoder.writeLong(contribution.pane());
        write(shape.dimensions(), contribution.dimensions());
        write(shape.inputs(), contribution.inputs());
    }

    private void write(List<Field> fields, List<Object> values) throws IOException {
        for (int i = 0; i < fields.size(); i++) {
            ValueCodec.write(encoder, fields.get(i).type(), values.get(i));
        }
    }

    /**
     * The increment in {@code record}.
     *
     * @throws IllegalArgumentException if the bytes are no increment of these shapes, or of a version that this
     *     release does not know
     */
    public Increment read(byte[] record) {
        try {
            decoder = DecoderFactory.get().binaryDecoder(record, decoder);
            int version = decoder.readInt();
            if (version != VERSION) {
                throw new IllegalArgumentException(
                        "an increment of version " + version + "; this release reads version " + VERSION
                                + ": run this process in the release that wrote it");
            }
            Position position = position();
            long from = position.offset() - decoder.readLong();
            long timestamp = decoder.readLong();
            long eventTime = decoder.readLong();
            List<Contribution> contributions = new ArrayList<>(shapes.size());
            for (CellShape shape : shapes) {
                contributions.add(readContribution(shape));
            }
            if (!decoder.isEnd()) {
                throw new IOException("more follows after it");
            }
            return new Increment(position, from, timestamp, eventTime, contributions);
        } catch (IOException | ArrayIndexOutOfBoundsException | AvroRuntimeException | DateTimeException e) {
            throw new IllegalArgumentException("not an increment of this definition set: " + e, e);
        }
    }

    private Position position() throws IOException {
        String log = strings.apply(ValueCodec.readBytes(decoder));
        return new Position(log, decoder.readInt(), decoder.readLong());
    }

    private Contribution readContribution(CellShape shape) throws IOException {
        Bucket bucket = BUCKETS[decoder.readEnum()];
        if (bucket != Bucket.COUNTED) {
            return Contribution.none(bucket);
        }
        return new Contribution(bucket, decoder.readLong(), read(shape.dimensions()), read(shape.inputs()));
    }

    private List<Object> read(List<Field> fields) throws IOException {
        List<Object> values = new ArrayList<>(fields.size());
        for (Field field : fields) {
            values.add(ValueCodec.read(decoder, field.type(), strings));
        }
        return values;
    }
}
