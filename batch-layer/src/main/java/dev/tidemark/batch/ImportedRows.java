package dev.tidemark.batch;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;

import dev.tidemark.deployment.RefusedException;
import dev.tidemark.schema.Source;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The rows of files as records of an import's log: the value is the row as JSON, the offset its number in the file. */
final class ImportedRows {

    private static final StructType RECORDS = new StructType()
            .add("log_id", DataTypes.StringType)
            .add("partition", DataTypes.IntegerType)
            .add("offset", DataTypes.LongType)
            .add("timestamp", DataTypes.TimestampType)
            .add("key", DataTypes.BinaryType)
            .add("value", DataTypes.BinaryType);

    /** As the source's schema reads them: times with their offset; what has no zone is taken for UTC. */
    private static final Map<String, String> AS_JSON = Map.of(
            "ignoreNullFields",
            "false",
            "timeZone",
            "UTC",
            "timestampFormat",
            "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
            "timestampNTZFormat",
            "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'",
            "dateFormat",
            "yyyy-MM-dd");

    private static final Pattern PATTERN = Pattern.compile("[*?{}\\[\\]\\\\]");

    private final SparkSession spark;
    private final Source source;

    ImportedRows(SparkSession spark, Source source) {
        this.spark = spark;
        this.source = source;
    }

    /**
     * All rows.
     *
     * @param at the time of the import, with which they are stamped
     * @throws RefusedException if a file cannot be read, or has no column of the source's schema
     */
    Dataset<Row> of(ImportFiles files, Instant at) {
        String log = files.id();
        Dataset<Row> all = spark.createDataFrame(List.of(), RECORDS);
        for (int number = 0; number < files.files().size(); number++) {
            all = all.union(numbered(values(files.files().get(number)), log, number, at));
        }
        return all;
    }

    private Dataset<Row> numbered(JavaRDD<byte[]> values, String log, int file, Instant at) {
        JavaRDD<Row> rows =
                values.zipWithIndex().map(value -> RowFactory.create(log, file, value._2(), at, null, value._1()));
        return spark.createDataFrame(rows, RECORDS);
    }

    private JavaRDD<byte[]> values(ImportFile file) {
        try {
            return switch (file.kind()) {
                case NDJSON -> lines(file);
                case CSV -> cells(file);
                case PARQUET -> columns(file, reader().parquet(file.path().toString()));
                case DELTA -> columns(file, DeltaTables.read(spark, file.path(), file.version()));
            };
        } catch (RefusedException e) {
            throw e;
        } catch (Exception e) {
            // Spark's own are checked, and thrown undeclared.
            throw ImportFile.refused(file.path(), "cannot be read: " + reason(e));
        }
    }

    private static String reason(Throwable failure) {
        return failure.getCause() != null
                ? reason(failure.getCause())
                : failure.toString().lines().findFirst().orElse("");
    }

    private DataFrameReader reader() {
        // It is a name, whatever characters it has.
        return spark.read().option("__globPaths__", "false");
    }

    /** As they are, but for blank ones. */
    private JavaRDD<byte[]> lines(ImportFile file) {
        return reader().option("lineSep", "\n")
                .text(file.path().toString())
                .select(col("value").cast("binary"))
                .toJavaRDD()
                .map(row -> JsonLines.withoutReturn(row.getAs(0)))
                .filter(line -> !JsonLines.isBlank(line));
    }

    private JavaRDD<byte[]> columns(ImportFile file, Dataset<Row> rows) {
        requireColumn(file, rows.columns());
        return rows.select(to_json(struct(col("*")), AS_JSON).cast("binary"))
                .toJavaRDD()
                .map(row -> row.getAs(0));
    }

    private JavaRDD<byte[]> cells(ImportFile file) {
        String path = file.path().toString();
        if (PATTERN.matcher(path).find()) {
            throw ImportFile.refused(
                    file.path(), "has one of " + PATTERN + " in its path, which would be taken for several files");
        }
        // A quote within quotes is doubled, as in every other program's CSV.
        DataFrameReader reader =
                reader().option("header", "true").option("escape", "\"").option("multiLine", "true");
        String[] names = reader.csv(path).columns();
        requireColumn(file, names);
        StructType schema = new StructType();
        for (String name : names) {
            schema = schema.add(name, DataTypes.StringType);
        }
        return reader.schema(schema.add(CsvCells.UNREADABLE, DataTypes.StringType))
                .option("columnNameOfCorruptRecord", CsvCells.UNREADABLE)
                .csv(path)
                .toJavaRDD()
                .map(CsvCells.of(names, source.schema()));
    }

    /** A file without any column that the schema knows has no header, or is another's. */
    private void requireColumn(ImportFile file, String[] columns) {
        Set<String> fields = new TreeSet<>();
        for (Schema.Field field : source.schema().getFields()) {
            fields.add(field.name());
            fields.addAll(field.aliases());
        }
        if (Arrays.stream(columns).noneMatch(fields::contains)) {
            throw ImportFile.refused(
                    file.path(),
                    "has no column of the schema of source %s: its columns are %s%s; accepted are any of %s"
                            .formatted(
                                    source.name(),
                                    Arrays.asList(columns),
                                    file.kind() == ImportFile.Kind.CSV ? " by its first line" : "",
                                    fields));
        }
    }
}
