package dev.tidemark.serving.segment;

import dev.tidemark.schema.Field;
import dev.tidemark.schema.ValueType;
import dev.tidemark.view.Measure;
import dev.tidemark.view.View;
import io.delta.kernel.types.BinaryType;
import io.delta.kernel.types.BooleanType;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.DateType;
import io.delta.kernel.types.DecimalType;
import io.delta.kernel.types.DoubleType;
import io.delta.kernel.types.LongType;
import io.delta.kernel.types.StringType;
import io.delta.kernel.types.StructType;
import io.delta.kernel.types.TimestampType;
import java.util.List;

/**
 * The columns of a view's segments table: {@code segment}, {@code pane} (or {@code first} and {@code last} of a session's
 * fragment), each value of {@link View#key} as {@code d0}, {@code d1}, …, and each measure's stored partial as
 * {@code m0_<field>}, ….
 */
public final class SegmentColumns {

    /** The partition column: the segment's id. */
    public static final String SEGMENT = "segment";

    private SegmentColumns() {}

    /** Those that say when a cell is: the start of its pane, or the times of a fragment's first and last event. */
    static List<String> times(View view) {
        return view.session().isPresent() ? List.of("first", "last") : List.of("pane");
    }

    /** The table's schema. */
    public static StructType of(View view) {
        StructType columns = new StructType().add(SEGMENT, StringType.STRING);
        for (String time : times(view)) {
            columns = columns.add(time, TimestampType.TIMESTAMP);
        }
        List<Field> key = view.key();
        for (int i = 0; i < key.size(); i++) {
            columns = columns.add("d" + i, kernel(key.get(i).type()));
        }
        List<Measure> measures = view.measures();
        for (int i = 0; i < measures.size(); i++) {
            for (Field stored : measures.get(i).aggregate().stored()) {
                columns = columns.add("m" + i + "_" + stored.name(), kernel(stored.type()));
            }
        }
        return columns;
    }

    private static DataType kernel(ValueType type) {
        return switch (type.kind()) {
            case BOOLEAN -> BooleanType.BOOLEAN;
            case BIGINT -> LongType.LONG;
            case DOUBLE -> DoubleType.DOUBLE;
            case DECIMAL -> new DecimalType(type.precision(), type.scale());
            case STRING -> StringType.STRING;
            case DATE -> DateType.DATE;
            case TIMESTAMP -> TimestampType.TIMESTAMP;
            case BINARY -> BinaryType.BINARY;
        };
    }
}
