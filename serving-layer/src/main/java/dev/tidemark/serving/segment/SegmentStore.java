package dev.tidemark.serving.segment;

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
 * Reads the segments that publications name, and keeps them for the publications to come. It reads by segment id only,
 * so that whatever else stands in a table (a lost race's segments, a stage's) is never seen. Not thread-safe.
 */
public final class SegmentStore {

    private final Warehouse warehouse;
    private final Engine engine = DefaultEngine.create(new Configuration());
    private Map<String, Segment> kept = new HashMap<>();

    public SegmentStore(Warehouse warehouse) {
        this.warehouse = warehouse;
    }

    /**
     * The segments of a publication, by the name of the view. Those that no longer appear in it are forgotten here.
     *
     * @param sets the definition sets that the views are in
     * @param wanted whether a view's segments are
     * @throws IllegalStateException if a segment does not have the cells that the publication says it has
     */
    public Map<String, List<Segment>> load(Publication publication, List<DefinitionSet> sets, Predicate<View> wanted) {
        Map<String, Segment> named = new HashMap<>();
        Map<String, List<Segment>> byView = new LinkedHashMap<>();
        for (DefinitionSet set : sets) {
            for (View view : set.views()) {
                if (!view.layers().recomputed() || !wanted.test(view)) {
                    continue;
                }
                List<Segment> segments = load(set, view, publication);
                segments.forEach(segment -> named.put(segment.id(), segment));
                byView.put(view.name(), segments);
            }
        }
        kept = named;
        return byView;
    }

    private List<Segment> load(DefinitionSet set, View view, Publication publication) {
        Collection<SegmentRef> refs = publication.segmentsOf(view.name()).values();
        List<String> wanted = refs.stream()
                .filter(ref -> ref.cells() > 0 && !kept.containsKey(ref.id()))
                .map(SegmentRef::id)
                .toList();
        Map<String, List<Cell>> read = wanted.isEmpty() ? Map.of() : read(set, view, wanted);
        return refs.stream()
                .map(ref -> Optional.ofNullable(kept.get(ref.id()))
                        .orElseGet(() -> complete(set, view, ref, read.getOrDefault(ref.id(), List.of()))))
                .toList();
    }

    private static Segment complete(DefinitionSet set, View view, SegmentRef ref, List<Cell> cells) {
        if (cells.size() != ref.cells()) {
            throw new IllegalStateException(("segment %s of view %s has %d cells, but its publication says %d: the"
                            + " warehouse is damaged; recompute the day, or restore the table")
                    .formatted(ref.id(), view.name(), cells.size(), ref.cells()));
        }
        return Segment.of(ref.id(), view, cells, set.zone());
    }

    private Map<String, List<Cell>> read(DefinitionSet set, View view, List<String> ids) {
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
