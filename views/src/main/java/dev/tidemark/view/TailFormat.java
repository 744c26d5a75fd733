package dev.tidemark.view;

import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Field;
import dev.tidemark.schema.RecentStrings;
import dev.tidemark.schema.ValueCodec;
import dev.tidemark.view.Changes.Place;
import dev.tidemark.view.Tail.Events;
import dev.tidemark.view.Tail.LogPartition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/**
 * What a tail of one definition set holds as bytes, cell by cell and partition by partition, in Avro's binary primitives;
 * partials as segments store them. Neither a version nor a checksum is part of it: whoever keeps the bytes adds them. Not
 * thread-safe.
 */
public final class TailFormat {

    private static final Bucket[] BUCKETS = Bucket.values();
    private static final int PLACE_BYTES = Integer.BYTES + Long.BYTES;

    private final DefinitionSet set;
    private final RecentStrings strings = new RecentStrings();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    private BinaryEncoder encoder;
    private BinaryDecoder decoder;

    public TailFormat(DefinitionSet set) {
        this.set = set;
    }

    /** What writes with an encoder. */
    private interface Writing {
        void write(BinaryEncoder out) throws IOException;
    }

    /** What reads with a decoder. */
    private interface Reading<T> {
        T read(BinaryDecoder in) throws IOException;
    }

    private byte[] written(Writing writing) {
        try {
            encoder = EncoderFactory.get().directBinaryEncoder(bytes, encoder);
            writing.write(encoder);
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            bytes.reset();
        }
    }

    private <T> T read(byte[] from, int begin, Reading<T> reading) throws IOException {
        try {
            decoder = DecoderFactory.get().binaryDecoder(from, begin, from.length - begin, decoder);
            T read = reading.read(decoder);
            if (!decoder.isEnd()) {
                throw new IOException("more follows after it");
            }
            return read;
        } catch (IllegalArgumentException
                | ArrayIndexOutOfBoundsException
                | AvroRuntimeException
                | DateTimeException
                | ArithmeticException e) {
            throw new IOException("nothing of definition set " + set.id() + ": " + e, e);
        }
    }

    /** A cell's key: of one view, cells of one start lie side by side. */
    public byte[] key(int view, Place place) {
        List<Field> dimensions = set.views().get(view).key();
        return written(out -> {
            bytes.writeBytes(ByteBuffer.allocate(PLACE_BYTES)
                    .putInt(view)
                    .putLong(place.start())
                    .array());
            write(dimensions, place.dimensions(), out);
        });
    }

    /** What {@link #key} leaves of a cell. */
    public byte[] value(int view, Cell cell) {
        List<Measure> measures = set.views().get(view).measures();
        return written(out -> {
            out.writeLong(cell.last() - cell.start());
            for (int i = 0; i < cell.partials().length; i++) {
                Measure measure = measures.get(i);
                write(measure.aggregate().stored(), measure.algebra().store(cell.partials()[i]), out);
            }
        });
    }

    /**
     * Gives the cell to {@code taker} whose key and value these are.
     *
     * @throws IOException if they are none of this definition set
     */
    public void read(byte[] key, byte[] value, KeptTail.CellTaker taker) throws IOException {
        if (key.length < PLACE_BYTES) {
            throw new IOException("a cell's key has " + key.length + " bytes");
        }
        ByteBuffer place = ByteBuffer.wrap(key);
        int number = place.getInt();
        long start = place.getLong();
        if (number < 0 || number >= set.views().size()) {
            throw new IOException(
                    "a cell of view " + number + " of " + set.views().size());
        }
        View view = set.views().get(number);
        List<Object> dimensions = read(key, PLACE_BYTES, in -> readValues(view.key(), in));
        taker.accept(number, read(value, 0, in -> readCell(view, start, dimensions, in)));
    }

    private Cell readCell(View view, long start, List<Object> dimensions, BinaryDecoder in) throws IOException {
        long last = start + in.readLong();
        Object[] partials = new Object[view.measures().size()];
        for (int i = 0; i < partials.length; i++) {
            Measure measure = view.measures().get(i);
            partials[i] = measure.algebra().load(readValues(measure.aggregate().stored(), in));
        }
        return new Cell(start, last, dimensions, partials);
    }

    /** A partition. */
    public byte[] partition(LogPartition partition) {
        return written(out -> {
            out.writeString(partition.log());
            out.writeInt(partition.partition());
        });
    }

    /** The partition that {@link #partition(LogPartition)} wrote. */
    public LogPartition partition(byte[] written) throws IOException {
        return read(written, 0, in -> new LogPartition(ValueCodec.readString(in), in.readInt()));
    }

    /** What has been counted of a partition. */
    public byte[] counted(Counted counted) {
        return written(out -> {
            out.writeLong(counted.cut());
            out.writeLong(counted.from());
            out.writeLong(counted.through());
            out.writeLong(counted.events().beyondCut());
            out.writeLong(counted.events().all());
            out.writeBoolean(counted.newestRecord().isPresent());
            out.writeLong(counted.newestRecord().orElse(0));
            for (Map<Bucket, Long> buckets : counted.buckets()) {
                for (Bucket bucket : BUCKETS) {
                    out.writeLong(buckets.getOrDefault(bucket, 0L));
                }
            }
        });
    }

    /** What {@link #counted(Counted)} wrote. */
    public Counted counted(byte[] written) throws IOException {
        return read(written, 0, in -> {
            long cut = in.readLong();
            long from = in.readLong();
            long through = in.readLong();
            Events events = new Events(in.readLong(), in.readLong());
            boolean some = in.readBoolean();
            long newest = in.readLong();
            List<Map<Bucket, Long>> buckets = new ArrayList<>();
            for (int i = 0; i < set.views().size(); i++) {
                buckets.add(readBuckets(in));
            }
            return new Counted(
                    cut, from, through, events, buckets, some ? OptionalLong.of(newest) : OptionalLong.empty());
        });
    }

    private static Map<Bucket, Long> readBuckets(BinaryDecoder in) throws IOException {
        Map<Bucket, Long> buckets = new EnumMap<>(Bucket.class);
        for (Bucket bucket : BUCKETS) {
            long count = in.readLong();
            if (count > 0) {
                buckets.put(bucket, count);
            }
        }
        return buckets;
    }

    private static void write(List<Field> fields, List<Object> values, BinaryEncoder out) throws IOException {
        for (int i = 0; i < fields.size(); i++) {
            ValueCodec.write(out, fields.get(i).type(), values.get(i));
        }
    }

    private List<Object> readValues(List<Field> fields, BinaryDecoder in) throws IOException {
        Object[] values = new Object[fields.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = ValueCodec.read(in, fields.get(i).type(), strings);
        }
        return Collections.unmodifiableList(Arrays.asList(values));
    }
}
