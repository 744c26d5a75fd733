package dev.tidemark.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.compile.ids.DiskIds;
import dev.tidemark.schema.Deduplication;
import dev.tidemark.schema.IdHash;
import dev.tidemark.schema.IdStore;
import dev.tidemark.schema.Judge;
import dev.tidemark.schema.LateEvents;
import dev.tidemark.schema.SeenIds;
import dev.tidemark.schema.Source;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Duplicates are the same in Spark's tasks when nearly all ids are on disk, and every task closes what it has opened. */
class SpillingTest {

    private static final int PARTITIONS = 3;
    private static final int EVENTS = 4_000;
    private static final Source SOURCE =
            Orders.SOURCE.with(LateEvents.INCLUDE, Optional.of(new Deduplication("text", Duration.ofMillis(500))));

    private static final StructType RECORDS = new StructType()
            .add("partition", DataTypes.IntegerType)
            .add("offset", DataTypes.LongType)
            .add("timestamp", DataTypes.TimestampType)
            .add("value", DataTypes.BinaryType);

    private static final AtomicInteger OPENED = new AtomicInteger();
    private static final AtomicInteger CLOSED = new AtomicInteger();

    private record Counted(IdStore store) implements IdStore {

        static Counted open() {
            OPENED.incrementAndGet();
            return new Counted(DiskIds.open());
        }

        @Override
        public void put(int bucket, IdHash id, Seen seen) {
            store.put(bucket, id, seen);
        }

        @Override
        public Optional<Seen> get(int bucket, IdHash id) {
            return store.get(bucket, id);
        }

        @Override
        public void dropThrough(int bucket) {
            store.dropThrough(bucket);
        }

        @Override
        public void close() {
            CLOSED.incrementAndGet();
            store.close();
        }
    }

    private record None(int inMemory) implements EarlierIds {

        @Override
        public SeenIds before(Source source, Judge judge, Record first) {
            return new SeenIds(source.deduplication().orElseThrow().within(), inMemory, Counted::open);
        }

        @Override
        public void keep(int partition, long next, SeenIds ids) {
            ids.close();
        }
    }

    private final SparkSession spark = Orders.spark(ZoneId.of("UTC"));
    private final long seed = System.nanoTime();
    private final List<Row> records = records(new Random(seed));

    private static List<Row> records(Random random) {
        List<Row> records = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            long now = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
            for (long offset = 0; offset < EVENTS; offset++) {
                now += random.nextInt(3);
                long stamped = random.nextInt(10) == 0 ? now + random.nextInt(300) - 200 : now;
                String json = "{\"at\":0,\"text\":\"%d\"}".formatted(random.nextInt(1_500));
                records.add(RowFactory.create(
                        partition, offset, Instant.ofEpochMilli(stamped), json.getBytes(StandardCharsets.UTF_8)));
            }
        }
        return records;
    }

    @BeforeEach
    void nothingIsOpen() {
        System.out.println("seed " + seed);
        OPENED.set(0);
        CLOSED.set(0);
    }

    private Dataset<Row> judged(int inMemory) {
        Dataset<Row> inOrder = spark.createDataFrame(records, RECORDS).coalesce(1);
        return JudgedEvents.of(inOrder, SOURCE, List.of("partition", "offset"), new None(inMemory))
                .select("partition", "offset", "verdict", "message");
    }

    @Test
    void howManyIdsAreInMemoryMakesNoDifference() {
        List<Row> inMemory = judged(SeenIds.IN_MEMORY).collectAsList();
        assertEquals(0, OPENED.get());
        assertEquals(inMemory, judged(3).collectAsList());
        assertEquals(PARTITIONS, OPENED.get());
        assertEquals(PARTITIONS, CLOSED.get());
        assertTrue(inMemory.stream().anyMatch(row -> row.getString(2).equals(JudgedEvents.DUPLICATE)));
    }

    @Test
    void aTaskThatDoesNotComeToItsEndClosesThemToo() {
        assertEquals(100, judged(3).limit(100).collectAsList().size());
        assertEquals(1, OPENED.get());
        assertEquals(1, CLOSED.get());
    }

    @Test
    void aTaskThatFailsClosesThemToo() {
        MapFunction<Row, Long> failing = row -> {
            if (row.getLong(1) == 100) {
                throw new IllegalStateException("offset 100");
            }
            return row.getLong(1);
        };
        Dataset<Long> fails = judged(3).map(failing, Encoders.LONG());
        assertThrows(Exception.class, fails::collectAsList);
        assertEquals(1, OPENED.get());
        assertEquals(1, CLOSED.get());
    }
}
