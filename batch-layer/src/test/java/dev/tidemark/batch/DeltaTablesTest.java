package dev.tidemark.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.deployment.DeltaCommits;
import dev.tidemark.deployment.DeltaLogFiles;
import io.delta.tables.DeltaTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeltaTablesTest {

    private static final StructType SCHEMA = new StructType()
            .add("day", DataTypes.DateType, false)
            .add("orders", DataTypes.LongType)
            .add("event", new StructType().add("region", DataTypes.StringType));

    @TempDir
    Path folder;

    private final SparkSession spark =
            Shop.in(Path.of(""), ZoneId.of("UTC"), "no-topic").spark();

    @Test
    void aTableHasItsSchemaPartitioningAndPropertiesAndTakesRows() {
        Path table = folder.resolve("table");
        create(table);
        assertCreatedOnce(table);
        Row row = RowFactory.create(LocalDate.of(2001, 1, 1), 2L, RowFactory.create("EU"));
        Dataset<Row> rows = spark.createDataFrame(List.of(row), SCHEMA);
        DeltaTables.once(rows, "application", 1, "").mode("append").save(table.toString());
        assertEquals(List.of(row), DeltaTables.read(spark, table).collectAsList());
    }

    @Test
    void aTableThatExistsStaysAsItIs() {
        Path table = folder.resolve("table");
        create(table);
        Map<Path, String> files = Snapshot.of(folder);
        DeltaTables.create(table, SCHEMA.add("more", DataTypes.StringType), "more", Map.of());
        assertEquals(files, Snapshot.of(folder));
    }

    @Test
    void whatAProcessThatDiedLeftOfATableBecomesOne() throws IOException {
        Path table = folder.resolve("table");
        Path log = Files.createDirectories(table.resolve("_delta_log"));
        create(table);
        assertCreatedOnce(table);

        Files.delete(log.resolve("00000000000000000000.json"));
        Files.writeString(log.resolve(".00000000000000000000.json.1.tmp"), "{\"commit");
        create(table);
        assertCreatedOnce(table);
    }

    @Test
    void manyWhoCreateATableAtOnceGetTheSameOne() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int i = 0; i < 50; i++) {
                Path table = folder.resolve("table-" + i);
                List<Callable<Boolean>> creations = Collections.nCopies(4, () -> {
                    create(table);
                    return new DeltaLogFiles(table).versions().toList().equals(List.of(0L));
                });
                for (Future<Boolean> creation : threads.invokeAll(creations)) {
                    assertTrue(creation.get());
                }
            }
        } finally {
            threads.shutdownNow();
        }
        assertCreatedOnce(folder.resolve("table-0"));
    }

    private static void create(Path table) {
        DeltaTables.create(table, SCHEMA, "day", Map.of(DeltaCommits.KEEP_LOG, "false"));
    }

    private void assertCreatedOnce(Path table) {
        assertEquals(List.of(0L), new DeltaLogFiles(table).versions().toList());
        assertEquals(0, DeltaTables.read(spark, table).count());
        Row detail = DeltaTable.forPath(spark, table.toString()).detail().head();
        assertEquals(List.of("day"), detail.getList(detail.fieldIndex("partitionColumns")));
        assertEquals(Map.of(DeltaCommits.KEEP_LOG, "false"), detail.getJavaMap(detail.fieldIndex("properties")));
        JsonNode metadata = new DeltaLogFiles(table).actions(0, "metaData").get(0);
        assertEquals(SCHEMA, DataType.fromJson(metadata.get("schemaString").asText()));
    }
}
