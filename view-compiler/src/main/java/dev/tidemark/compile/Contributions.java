package dev.tidemark.compile;

import static org.apache.spark.sql.functions.when;

import dev.tidemark.schema.Bucket;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.View;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * What each event contributes to each view, as Spark columns: the only place where a view becomes Spark expressions.
 * Both layers evaluate these columns, so that they cannot differ.
 *
 * <p>The result has a column {@code record} with what came beside the event, and for each view of the set, in order, a
 * column {@code v0}, {@code v1}, … of {@code struct<bucket, pane, d0…, i0…>}: bucket is {@link Bucket}'s name; pane
 * (in a view of sessions the event's own time), dimensions and inputs are null unless it is {@code COUNTED}. The struct itself is null if the event is malformed.
 */
public final class Contributions {

    /** The column with what came beside the event. */
    private static final String RECORD = "record";

    private static final String CONTRIBUTION = "contribution";

    /**
     * No expression that cannot fail makes a text that is too long to count of a value of so many bytes: in another case a
     * text takes at most three times as many.
     */
    public static final int SHORT_VALUE = ViewColumns.MAX_TEXT_BYTES / 4;

    private Contributions() {}

    /** The name of the column of the view at {@code index} of its definition set. */
    public static String column(int index) {
        return "v" + index;
    }

    /**
     * The contributions of judged events.
     *
     * @param judged rows with {@code verdict}, {@code event_time} and {@code event}; the other columns go into
     *     {@code record}
     */
    public static Dataset<Row> of(Dataset<Row> judged, DefinitionSet set) {
        ViewColumns views = new ViewColumns(judged);
        List<Column> columns = new ArrayList<>();
        columns.add(views.record().as(RECORD));
        for (int i = 0; i < set.views().size(); i++) {
            columns.add(
                    when(views.isWellFormed(), views.contribution(set.views().get(i)))
                            .as(column(i)));
        }
        return views.events().select(columns.toArray(Column[]::new));
    }

    /**
     * Whether judged events pass the filters of views, which is null where a filter fails: what came beside the event,
     * and for each view a column.
     */
    public static Dataset<Row> passing(Dataset<Row> judged, DefinitionSet set) {
        ViewColumns views = new ViewColumns(judged);
        List<Column> columns = views.beside();
        for (int i = 0; i < set.views().size(); i++) {
            columns.add(views.passes(set.views().get(i)).as(column(i)));
        }
        return views.events().select(columns.toArray(Column[]::new));
    }

    /** Those well-formed events on which an expression of a view, or its filter, fails: what came beside them. */
    public static Dataset<Row> failing(Dataset<Row> judged, View view) {
        ViewColumns views = new ViewColumns(judged);
        Column bucket = views.contribution(view).getField("bucket");
        return views.events()
                .where(views.isWellFormed().and(bucket.equalTo(Bucket.FAILED.name())))
                .select(views.beside().toArray(Column[]::new));
    }

    /**
     * The contributions to one view of those well-formed events that pass its filter: what came beside the event, and
     * {@code bucket}, {@code pane}, {@code d0}…, {@code i0}…, each a column of its own. Of what does not
     * pass nothing else is evaluated, and no struct is made where nothing can fail.
     *
     * @param shortValues whether no record's value has more than {@link #SHORT_VALUE} bytes
     */
    public static Dataset<Row> ofPassing(Dataset<Row> judged, View view, boolean shortValues) {
        ViewColumns views = new ViewColumns(judged);
        Dataset<Row> passing = views.events().where(views.isWellFormed().and(views.passes(view)));
        List<Column> columns = views.beside();
        if (shortValues ? views.expressionsCannotFail(view) : views.cannotFail(view)) {
            columns.addAll(views.cell(view));
            return passing.select(columns.toArray(Column[]::new));
        }
        // In a column of its own it is evaluated once, whoever uses its fields.
        columns.add(views.ofPassing(view).as(CONTRIBUTION));
        Stream<String> names = Stream.concat(views.besideNames().stream(), Stream.of(CONTRIBUTION + ".*"));
        return passing.select(columns.toArray(Column[]::new))
                .select(names.map(functions::col).toArray(Column[]::new));
    }
}
