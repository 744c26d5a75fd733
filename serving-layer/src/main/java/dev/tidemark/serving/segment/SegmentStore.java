package dev.tidemark.serving.segment;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tidemark.deployment.Warehouse;
import dev.tidemark.view.Cell;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SegmentRef;
import dev.tidemark.view.View;
import io.delta.kernel.Scan;
import io.delta.kernel.TableManager;
import io.delta.kernel.data.ColumnarBatch;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.data.Row;
import io.delta.kernel.defaults.engine.DefaultEngine;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.engine.FileReadResult;
import io.delta.kernel.expressions.Column;
import io.delta.kernel.expressions.Literal;
import io.delta.kernel.expressions.Or;
import io.delta.kernel.internal.InternalScanFileUtils;
import io.delta.kernel.internal.data.ScanStateRow;
import io.delta.kernel.internal.util.Utils;
import io.delta.kernel.utils.CloseableIterator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.hadoop.conf.Configuration;

/**
 * Reads the segments that publications name. What somebody holds it does not read again; what publications of the past
 * name it keeps for a while. It reads by segment id only, so that whatever else stands in a table (a lost race's segments,
 * a stage's) is never seen. Thread-safe.
 */
public final class SegmentStore {

    /** What a cache's weight of one is, in bytes. */
    private static final int WEIGHED = 1_024;

    private final Warehouse warehouse;
    private final Engine engine;

    /** All that somebody holds, by id. */
    private final Cache<String, Segment> held =
            Caffeine.newBuilder().weakValues().build();

    /** What was asked for of the past. */
    private final Cache<String, Segment> past;

    private final long pastBytes;
    private final Object readingPast = new Object();

    /** One that keeps of the past at most an eighth of the heap, and with roll-ups twice that. */
    public SegmentStore(Warehouse warehouse) {
        this(warehouse, Runtime.getRuntime().maxMemory() / 8);
    }

    /** @param pastBytes how much of the past it keeps, and reads for one answer; see {@link Segment#bytes} */
    public SegmentStore(Warehouse warehouse, long pastBytes) {
        this.warehouse = warehouse;
        this.engine = DefaultEngine.create(hadoop(warehouse));
        this.pastBytes = pastBytes;
        this.past = Caffeine.newBuilder()
                .maximumWeight(Math.max(1, pastBytes / WEIGHED))
                .weigher((String id, Segment segment) ->
                        (int) Math.min(Integer.MAX_VALUE, 1 + segment.bytes() / WEIGHED))
                .executor(Runnable::run)
                .build();
    }

    private static Configuration hadoop(Warehouse warehouse) {
        Configuration hadoop = new Configuration();
        warehouse.hadoop().forEach(hadoop::set);
        return hadoop;
    }

    /**
     * The segments of a publication, by the name of the view. They are read again unless somebody holds them: whoever asks
     * for the publications to come should.
     *
     * @param sets the definition sets that the views are in
     * @param wanted whether a view's segments are
     * @throws IllegalStateException if a segment does not have the cells that the publication says it has
     */
    public Map<String, List<Segment>> load(Publication publication, List<DefinitionSet> sets, Predicate<View> wanted) {
        Map<String, List<Segment>> byView = new LinkedHashMap<>();
        for (DefinitionSet set : sets) {
            for (View view : set.views()) {
                if (!view.layers().recomputed() || !wanted.test(view)) {
                    continue;
                }
                byView.put(
                        view.name(),
                        load(set, view, publication.segmentsOf(view.name()).values()));
            }
        }
        return byView;
    }

    /**
     * Segments of a view, as a publication of the past names them. One reads at a time, since many may ask for the same.
     *
     * @param set a definition set that the view is in
     * @throws SegmentGoneException if one has been deleted
     * @throws TooManyCellsException if what nobody holds would take more memory than is kept for the past
     * @throws IllegalStateException if one does not have the cells that it is said to have
     */
    public List<Segment> loadPast(DefinitionSet set, View view, Collection<SegmentRef> refs) {
        synchronized (readingPast) {
            requireRoom(view, refs);
            List<Segment> segments = load(set, view, refs);
            segments.forEach(segment -> past.put(segment.id(), segment));
            return segments;
        }
    }

    private void requireRoom(View view, Collection<SegmentRef> refs) {
        long cells = refs.stream()
                .filter(ref -> held.getIfPresent(ref.id()) == null)
                .mapToLong(SegmentRef::cells)
                .sum();
        long most = pastBytes / Segment.cellBytes(view);
        if (cells > most) {
            throw new TooManyCellsException(cells, most);
        }
    }

    private List<Segment> load(DefinitionSet set, View view, Collection<SegmentRef> refs) {
        Map<String, Segment> known = new HashMap<>(
                held.getAllPresent(refs.stream().map(SegmentRef::id).toList()));
        List<String> wanted = refs.stream()
                .filter(ref -> ref.cells() > 0 && !known.containsKey(ref.id()))
                .map(SegmentRef::id)
                .toList();
        Map<String, List<Cell>> read = wanted.isEmpty() ? Map.of() : read(set, view, wanted);
        List<Segment> segments = refs.stream()
                .map(ref -> Optional.ofNullable(known.get(ref.id()))
                        .orElseGet(() -> complete(set, view, ref, read.getOrDefault(ref.id(), List.of()))))
                .toList();
        segments.forEach(segment -> held.put(segment.id(), segment));
        return segments;
    }

    private static Segment complete(DefinitionSet set, View view, SegmentRef ref, List<Cell> cells) {
        if (cells.isEmpty() && ref.cells() > 0) {
            throw SegmentGoneException.of(view, List.of(ref.id()), null);
        }
        if (cells.size() != ref.cells()) {
            throw new IllegalStateException(("segment %s of view %s has %d cells, but its publication says %d: the"
                            + " warehouse is damaged; recompute the day, or restore the table")
                    .formatted(ref.id(), view.name(), cells.size(), ref.cells()));
        }
        return Segment.of(ref.id(), view, cells, set.zone());
    }

    private Map<String, List<Cell>> read(DefinitionSet set, View view, List<String> ids) {
        try {
            return readTable(set, view, ids);
        } catch (RuntimeException e) {
            throw SegmentGoneException.isCauseOf(e) ? SegmentGoneException.of(view, ids, e) : e;
        }
    }

    private Map<String, List<Cell>> readTable(DefinitionSet set, View view, List<String> ids) {
        String table = warehouse.segments(set, view).toString();
        Scan scan = TableManager.loadSnapshot(table)
                .build(engine)
                .getScanBuilder()
                .withReadSchema(SegmentColumns.of(view))
                .withFilter(anyOf(ids))
                .build();
        Map<String, List<Cell>> cells = new HashMap<>();
        ids.forEach(id -> cells.put(id, new ArrayList<>()));
        CellReader reader = new CellReader(view);
        Row state = scan.getScanState(engine);
        try (CloseableIterator<Row> files = Utils.intoRows(scan.getScanFiles(engine))) {
            while (files.hasNext()) {
                read(files.next(), state, reader, cells);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + table, e);
        }
        return cells;
    }

    private void read(Row file, Row state, CellReader reader, Map<String, List<Cell>> cells) throws IOException {
        CloseableIterator<ColumnarBatch> rows = engine.getParquetHandler()
                .readParquetFiles(
                        Utils.singletonCloseableIterator(InternalScanFileUtils.getAddFileStatus(file)),
                        ScanStateRow.getPhysicalDataReadSchema(state),
                        Optional.empty())
                .map(FileReadResult::getData);
        try (CloseableIterator<FilteredColumnarBatch> batches = Scan.transformPhysicalData(engine, state, file, rows)) {
            while (batches.hasNext()) {
                read(batches.next(), reader, cells);
            }
        }
    }

    private static void read(FilteredColumnarBatch batch, CellReader reader, Map<String, List<Cell>> cells) {
        ColumnarBatch rows = batch.getData();
        for (int row = 0; row < rows.getSize(); row++) {
            int at = row;
            boolean selected = batch.getSelectionVector()
                    .map(selection -> !selection.isNullAt(at) && selection.getBoolean(at))
                    .orElse(true);
            List<Cell> segment = cells.get(CellReader.segment(rows, row));
            if (selected && segment != null) {
                segment.add(reader.read(rows, row));
            }
        }
    }

    /** A balanced tree, since Kernel evaluates it recursively. */
    private static io.delta.kernel.expressions.Predicate anyOf(List<String> ids) {
        if (ids.size() == 1) {
            return new io.delta.kernel.expressions.Predicate(
                    "=", new Column(SegmentColumns.SEGMENT), Literal.ofString(ids.get(0)));
        }
        int half = ids.size() / 2;
        return new Or(anyOf(ids.subList(0, half)), anyOf(ids.subList(half, ids.size())));
    }
}
