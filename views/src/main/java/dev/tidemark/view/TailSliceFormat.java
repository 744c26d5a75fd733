package dev.tidemark.view;

import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Field;
import dev.tidemark.schema.ValueCodec;
import dev.tidemark.view.Tail.Events;
import dev.tidemark.view.Tail.LogPartition;
import dev.tidemark.view.TailSlice.Extent;
import java.io.IOException;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.Encoder;

/**
 * Slices of one definition set as bytes, in Avro's binary primitives: the partitions with their extents and counts, then
 * each view's cells with the partials as segments store them. Neither a version nor a checksum is part of it: whoever
 * keeps the bytes adds them.
 *
 * @param set the definition set
 */
public record TailSliceFormat(DefinitionSet set) {

    private static final Bucket[] BUCKETS = Bucket.values();

    /** Writes a slice. */
    public void write(TailSlice slice, Encoder out) throws IOException {
        Tally tally = slice.tally();
        Map<LogPartition, Long> newest = tally.newestRecords();
        out.writeInt(slice.extents().size());
        for (Map.Entry<LogPartition, Extent> each : slice.extents().entrySet()) {
            LogPartition partition = each.getKey();
            out.writeString(partition.log());
            out.writeInt(partition.partition());
            out.writeLong(each.getValue().cut());
            out.writeLong(each.getValue().from());
            out.writeLong(each.getValue().through());
            out.writeBoolean(newest.containsKey(partition));
            out.writeLong(newest.getOrDefault(partition, 0L));
            out.writeLong(tally.events(partition).beyondCut());
            out.writeLong(tally.events(partition).all());
            for (Map<Bucket, Long> buckets : tally.buckets(partition)) {
                for (Bucket bucket : BUCKETS) {
                    out.writeLong(buckets.getOrDefault(bucket, 0L));
                }
            }
        }
        for (int view = 0; view < set.views().size(); view++) {
            write(set.views().get(view), tally.cells(view), out);
        }
    }

    private static void write(View view, TailCells cells, Encoder out) throws IOException {
        List<Cell> all = new ArrayList<>(cells.size());
        cells.forEach(all::add);
        out.writeInt(all.size());
        // Cells of a pane come one after the other: what changes is short.
        long before = 0;
        for (Cell cell : all) {
            out.writeLong(cell.start() - before);
            out.writeLong(cell.last() - cell.start());
            before = cell.start();
            write(view.dimensions(), cell.dimensions(), out);
            for (int i = 0; i < cell.partials().length; i++) {
                Measure measure = view.measures().get(i);
                write(measure.aggregate().stored(), measure.algebra().store(cell.partials()[i]), out);
            }
        }
    }

    private static void write(List<Field> fields, List<Object> values, Encoder out) throws IOException {
        for (int i = 0; i < fields.size(); i++) {
            ValueCodec.write(out, fields.get(i).type(), values.get(i));
        }
    }

    /**
     * Reads a slice.
     *
     * @throws IOException if the bytes are no slice of this definition set
     */
    public TailSlice read(BinaryDecoder in) throws IOException {
        try {
            return new Reader(in).read();
        } catch (IllegalArgumentException | AvroRuntimeException | DateTimeException | ArithmeticException e) {
            throw new IOException("not a slice of definition set " + set.id() + ": " + e, e);
        }
    }

    private final class Reader {

        private final BinaryDecoder in;
        private final Tally tally = new Tally(set);
        private final Map<LogPartition, Extent> extents = new TreeMap<>();

        private Reader(BinaryDecoder in) {
            this.in = in;
        }

        private TailSlice read() throws IOException {
            for (int partitions = in.readInt(); partitions > 0; partitions--) {
                readPartition();
            }
            for (int i = 0; i < set.views().size(); i++) {
                readCells(set.views().get(i), tally.cells(i));
            }
            return new TailSlice(extents, tally);
        }

        private void readPartition() throws IOException {
            LogPartition partition = new LogPartition(ValueCodec.readString(in), in.readInt());
            extents.put(partition, new Extent(in.readLong(), in.readLong(), in.readLong()));
            boolean some = in.readBoolean();
            long newest = in.readLong();
            if (some) {
                tally.see(partition, newest);
            }
            Events events = new Events(in.readLong(), in.readLong());
            List<Map<Bucket, Long>> buckets = new ArrayList<>();
            for (int i = 0; i < set.views().size(); i++) {
                buckets.add(readBuckets());
            }
            tally.add(partition, events, buckets);
        }

        private Map<Bucket, Long> readBuckets() throws IOException {
            Map<Bucket, Long> buckets = new EnumMap<>(Bucket.class);
            for (Bucket bucket : BUCKETS) {
                long count = in.readLong();
                if (count > 0) {
                    buckets.put(bucket, count);
                }
            }
            return buckets;
        }

        private void readCells(View view, TailCells cells) throws IOException {
            long start = 0;
            for (int left = in.readInt(); left > 0; left--) {
                start += in.readLong();
                long last = start + in.readLong();
                List<Object> dimensions = readValues(view.dimensions());
                Object[] partials = new Object[view.measures().size()];
                for (int i = 0; i < partials.length; i++) {
                    Measure measure = view.measures().get(i);
                    partials[i] = measure.algebra()
                            .load(readValues(measure.aggregate().stored()));
                }
                cells.add(new Cell(start, last, dimensions, partials));
            }
        }

        private List<Object> readValues(List<Field> fields) throws IOException {
            Object[] values = new Object[fields.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = ValueCodec.read(in, fields.get(i).type());
            }
            return Collections.unmodifiableList(Arrays.asList(values));
        }
    }
}
