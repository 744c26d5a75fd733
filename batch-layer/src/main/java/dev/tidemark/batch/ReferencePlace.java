package dev.tidemark.batch;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.octet_length;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;

import dev.tidemark.compile.ReferenceRows;
import dev.tidemark.compile.SparkTypes;
import dev.tidemark.deployment.ReferenceTable;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.schema.ValueType;
import dev.tidemark.schema.ValueType.Kind;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.Cast;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.StringType;

/** What a reference table's place holds at the moment, in the types that its file states. */
final class ReferencePlace {

    /** Digits beyond a decimal's own by which it is told that a text has more. */
    private static final int FURTHER_DIGITS = 10;

    /** How many rows a table may have: tasks hold all of them. */
    static final int MOST_ROWS = 1_000_000;

    private static final Pattern PATTERN = Pattern.compile("[*?{}\\[\\]\\\\]");

    /** Of what Spark says of a CSV file's header. */
    private static final int HEADER_LINES = 5;

    /** As views' expressions have to: a time without a day would be taken for today's. */
    private static final String BEGINS_WITH_YEAR = "^\\s*[+-]?[0-9]{4}";

    private static final List<DataType> WHOLE =
            List.of(DataTypes.ByteType, DataTypes.ShortType, DataTypes.IntegerType, DataTypes.LongType);

    /** Others whose values are the same texts wherever they are written; timestamps are not. */
    private static final List<DataType> WRITTEN_ALIKE =
            List.of(DataTypes.BooleanType, DataTypes.DateType, DataTypes.FloatType, DataTypes.DoubleType);

    private final ReferenceTable table;
    private final Dataset<Row> rows;
    private final List<Column> problems = new ArrayList<>();

    private ReferencePlace(ReferenceTable table, Dataset<Row> rows) {
        this.table = table;
        this.rows = rows;
    }

    /**
     * All rows, with the columns of {@link ReferenceRows}.
     *
     * @throws RefusedException if the place cannot be read, lacks a column, or holds a value that its column's type cannot
     */
    static List<Row> read(SparkSession spark, ReferenceTable table) {
        if (!Files.exists(table.place())) {
            throw refused(table, "is not there");
        }
        if (table.kind() == ReferenceTable.Kind.CSV
                && PATTERN.matcher(table.place().toString()).find()) {
            throw refused(
                    table, "has one of " + PATTERN + " in its path, which Spark takes for a pattern of CSV files");
        }
        try {
            return new ReferencePlace(table, rows(spark, table)).read();
        } catch (RefusedException e) {
            throw e;
        } catch (Exception e) {
            // Spark's own are checked, and thrown undeclared.
            throw refused(table, "cannot be read: " + reason(e));
        }
    }

    static RefusedException refused(ReferenceTable table, String message) {
        return new RefusedException("reference %s: %s %s".formatted(table.name(), table.place(), message));
    }

    private static String reason(Throwable failure) {
        if (failure.getCause() != null) {
            return reason(failure.getCause());
        }
        // Spark says in several lines which header of which file differs.
        int lines = failure instanceof IllegalArgumentException ? HEADER_LINES : 1;
        return failure.toString().lines().limit(lines).map(String::strip).collect(Collectors.joining("; "));
    }

    private static Dataset<Row> rows(SparkSession spark, ReferenceTable table) {
        String place = table.place().toString();
        // It is a name, whatever characters it has.
        DataFrameReader reader = spark.read().option("__globPaths__", "false");
        return switch (table.kind()) {
            case TABLE -> spark.read().format("delta").load(place);
            case PARQUET -> reader.parquet(place);
            // A quote within quotes is doubled, as in every other program's CSV.
            case CSV ->
                reader.option("header", "true")
                        // Else the first file's header would be believed for every file.
                        .option("enforceSchema", "false")
                        .option("escape", "\"")
                        .option("multiLine", "true")
                        .option("mode", "FAILFAST")
                        .csv(place);
        };
    }

    private List<Row> read() {
        Column key = value(table.key(), table.keyType());
        Column from = time(table.validFrom());
        Column to = time(table.validTo());
        List<Column> columns = new ArrayList<>();
        new TreeMap<>(table.columns())
                .forEach((name, type) -> columns.add(value(name, type).as(name)));
        Dataset<Row> all = rows.select(
                key.as(ReferenceRows.KEY),
                from.as(ReferenceRows.VALID_FROM),
                to.as(ReferenceRows.VALID_TO),
                struct(columns.toArray(Column[]::new)).as(ReferenceRows.COLUMNS),
                coalesce(problems.toArray(Column[]::new)).as("problem"));
        requireSize(all.count());
        requireNoProblem(all);
        return all.drop("problem").collectAsList();
    }

    private void requireSize(long count) {
        if (count == 0) {
            throw refused(table, "has no rows, by which every column would be null; accepted is one at least");
        }
        if (count > MOST_ROWS) {
            throw refused(
                    table,
                    "has %,d rows; accepted are up to %,d, since all of them are held in memory"
                            .formatted(count, MOST_ROWS));
        }
    }

    private void requireNoProblem(Dataset<Row> all) {
        all.where(col("problem").isNotNull()).limit(1).collectAsList().forEach(row -> {
            throw refused(table, "has, at the key %s, %s".formatted(row.get(0), row.getString(row.size() - 1)));
        });
    }

    private Column time(Optional<String> name) {
        return name.map(column -> value(column, ValueType.TIMESTAMP))
                .orElse(lit(null).cast(DataTypes.TimestampType));
    }

    /** The column in the type that is stated; takes down what it cannot hold. */
    private Column value(String name, ValueType type) {
        requireColumn(name);
        DataType found = rows.schema().apply(name).dataType();
        Column value = rows.col("`" + name + "`");
        if (!(found instanceof StringType) && !holds(type, found)) {
            throw refused(
                    table,
                    "has a column %s of type %s, whose values a %s does not hold: state another type"
                            .formatted(name, found.simpleString(), type));
        }
        Column converted = value.try_cast(SparkTypes.of(type));
        Column wrong = converted.isNull().or(isLonger(converted, type));
        if (found instanceof StringType) {
            wrong = wrong.or(isRounded(value, type)).or(isOfToday(value, type));
        }
        Column shown = value.cast("string").substr(1, 100);
        problems.add(when(
                value.isNotNull().and(wrong),
                concat(lit("the " + name + " '"), shown, lit("', which is no " + accepted(type)))));
        return converted;
    }

    /** Whether a column of that type holds every value of a place's typed column, to the last digit. */
    private static boolean holds(ValueType type, DataType found) {
        DataType stated = SparkTypes.of(type);
        boolean isWhole = WHOLE.contains(found);
        if (found.equals(DataTypes.NullType)) {
            return true;
        }
        return switch (type.kind()) {
            case STRING -> isWhole || found instanceof DecimalType || WRITTEN_ALIKE.contains(found);
            case BIGINT -> isWhole;
            case DECIMAL -> (isWhole || found instanceof DecimalType) && Cast.canUpCast(found, stated);
            case DOUBLE ->
                List.of(DataTypes.ByteType, DataTypes.ShortType, DataTypes.IntegerType, DataTypes.FloatType)
                                .contains(found)
                        || found.equals(stated);
            case TIMESTAMP -> found.equals(stated) || found.equals(DataTypes.DateType);
            default -> found.equals(stated);
        };
    }

    private static String accepted(ValueType type) {
        return switch (type.kind()) {
            case STRING -> "text of up to %,d bytes".formatted(ReferenceRows.LONGEST_TEXT);
            case DATE, TIMESTAMP -> type + " that begins with its year";
            default -> type.toString();
        };
    }

    private static Column isLonger(Column value, ValueType type) {
        return type.kind() == Kind.STRING ? octet_length(value).gt(lit(ReferenceRows.LONGEST_TEXT)) : lit(false);
    }

    /** Whether a text has a time and no day: that of the present would be taken. */
    private static Column isOfToday(Column value, ValueType type) {
        return type.kind() == Kind.DATE || type.kind() == Kind.TIMESTAMP
                ? not(value.rlike(BEGINS_WITH_YEAR))
                : lit(false);
    }

    /** Whether a decimal of that type leaves out digits of the text. */
    private static Column isRounded(Column value, ValueType type) {
        if (type.kind() != Kind.DECIMAL) {
            return lit(false);
        }
        int most = ValueType.MAX_PRECISION - (type.precision() - type.scale());
        ValueType longer = ValueType.decimal(ValueType.MAX_PRECISION, Math.min(most, type.scale() + FURTHER_DIGITS));
        return value.try_cast(SparkTypes.of(longer)).notEqual(value.try_cast(SparkTypes.of(type)));
    }

    private void requireColumn(String name) {
        if (!List.of(rows.columns()).contains(name)) {
            throw refused(
                    table, "has no column %s; its columns are %s".formatted(name, Arrays.toString(rows.columns())));
        }
    }
}
