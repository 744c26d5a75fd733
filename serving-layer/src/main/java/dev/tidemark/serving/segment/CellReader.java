package dev.tidemark.serving.segment;

import dev.tidemark.schema.Field;
import dev.tidemark.schema.Micros;
import dev.tidemark.schema.ValueType;
import dev.tidemark.view.Cell;
import dev.tidemark.view.Measure;
import dev.tidemark.view.View;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.data.ColumnarBatch;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows of a segments table as cells. Equal dimension values share one list, since they come back in every pane.
 */
final class CellReader {

    private final View view;
    private final List<Field> fields;
    private final Map<List<Object>, List<Object>> shared = new HashMap<>();

    CellReader(View view) {
        this.view = view;
        this.fields = view.key();
    }

    /** The id of the segment that the row belongs to. */
    static String segment(ColumnarBatch rows, int row) {
        return rows.getColumnVector(rows.getSchema().indexOf(SegmentColumns.SEGMENT))
                .getString(row);
    }

    /** The row's cell. */
    Cell read(ColumnarBatch rows, int row) {
        List<String> times = SegmentColumns.times(view);
        long start = column(rows, times.get(0)).getLong(row);
        long last = column(rows, times.get(times.size() - 1)).getLong(row);
        Object[] dimensions = new Object[fields.size()];
        for (int i = 0; i < dimensions.length; i++) {
            dimensions[i] = value(column(rows, "d" + i), row, fields.get(i).type());
        }
        List<Object> key = share(Collections.unmodifiableList(Arrays.asList(dimensions)));
        return new Cell(start, last, key, partials(rows, row));
    }

    private List<Object> share(List<Object> dimensions) {
        List<Object> before = shared.putIfAbsent(dimensions, dimensions);
        return before == null ? dimensions : before;
    }

    private Object[] partials(ColumnarBatch rows, int row) {
        Object[] partials = new Object[view.measures().size()];
        for (int i = 0; i < partials.length; i++) {
            Measure measure = view.measures().get(i);
            List<Object> stored = new ArrayList<>();
            for (Field field : measure.aggregate().stored()) {
                stored.add(value(column(rows, "m" + i + "_" + field.name()), row, field.type()));
            }
            partials[i] = measure.algebra().load(stored);
        }
        return partials;
    }

    private static ColumnVector column(ColumnarBatch rows, String name) {
        return rows.getColumnVector(rows.getSchema().indexOf(name));
    }

    private static Object value(ColumnVector column, int row, ValueType type) {
        if (column.isNullAt(row)) {
            return null;
        }
        return switch (type.kind()) {
            case BOOLEAN -> column.getBoolean(row);
            case BIGINT -> column.getLong(row);
            case DOUBLE -> column.getDouble(row);
            case DECIMAL -> column.getDecimal(row);
            case STRING -> column.getString(row);
            case DATE -> LocalDate.ofEpochDay(column.getInt(row));
            case TIMESTAMP -> Micros.instant(column.getLong(row));
            case BINARY -> column.getBinary(row);
        };
    }
}
