package dev.tidemark.batch;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
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
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.Cast;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StringType;

/** What a reference table's place holds at the moment, in the types that its file states. */
final class ReferencePlace {

    /** Digits beyond a decimal's own by which it is told that a text has more. */
    private static final int FURTHER_DIGITS = 10;

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
        try {
            return new ReferencePlace(table, rows(spark, table)).read();
        } catch (RefusedException e) {
            throw e;
        } catch (Exception e) {
            // Spark's own are checked, and thrown undeclared.
            throw refused(table, "cannot be read: " + firstLine(e));
        }
    }

    static RefusedException refused(ReferenceTable table, String message) {
        return new RefusedException("reference %s: %s %s".formatted(table.name(), table.place(), message));
    }

    private static String firstLine(Throwable failure) {
        return failure.getCause() != null
                ? firstLine(failure.getCause())
                : failure.toString().lines().findFirst().orElse("");
    }

    private static Dataset<Row> rows(SparkSession spark, ReferenceTable table) {
        String place = table.place().toString();
        return switch (table.kind()) {
            case TABLE -> spark.read().format("delta").load(place);
            case PARQUET -> spark.read().parquet(place);
            // A quote within quotes is doubled, as in every other program's CSV.
            case CSV ->
                spark.read()
                        .option("header", "true")
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
        requireNoProblem(all);
        return all.drop("problem").collectAsList();
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
        if (found instanceof StringType) {
            Column converted = value.try_cast(SparkTypes.of(type));
            problems.add(when(
                    value.isNotNull()
                            .and(converted.isNull().or(isLonger(value, type)).or(isRounded(value, type))),
                    concat(lit("the " + name + " '"), value.substr(1, 100), lit("', which is no " + accepted(type)))));
            return converted;
        }
        if (!Cast.canUpCast(found, SparkTypes.of(type))) {
            throw refused(
                    table,
                    "has a column %s of type %s, whose values a %s does not hold: state another type"
                            .formatted(name, found.simpleString(), type));
        }
        problems.add(lit(null).cast("string"));
        return value.cast(SparkTypes.of(type));
    }

    private static String accepted(ValueType type) {
        return type.kind() == Kind.STRING
                ? "text of up to %,d bytes".formatted(ReferenceRows.LONGEST_TEXT)
                : type.toString();
    }

    private static Column isLonger(Column value, ValueType type) {
        return type.kind() == Kind.STRING
                ? org.apache.spark.sql.functions.octet_length(value).gt(lit(ReferenceRows.LONGEST_TEXT))
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
