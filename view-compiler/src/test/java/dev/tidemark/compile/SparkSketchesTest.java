package dev.tidemark.compile;

import static org.apache.spark.sql.functions.expr;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.schema.Position;
import dev.tidemark.schema.RankedItem;
import dev.tidemark.schema.ValueType;
import dev.tidemark.view.aggregate.Aggregate;
import dev.tidemark.view.aggregate.DistinctCount;
import dev.tidemark.view.aggregate.Occurrence;
import dev.tidemark.view.aggregate.Percentile;
import dev.tidemark.view.aggregate.Sketched;
import dev.tidemark.view.aggregate.TopItems;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/** Our sketches are written as Spark's are: each reads the other's, and they merge. */
class SparkSketchesTest {

    private static final Occurrence ANYWHERE = new Occurrence(0, new Position("log", 0, 0));
    private static final SparkSession SPARK = Orders.spark(ZoneId.of("UTC"));

    private static Sketched ours(Aggregate<Sketched> aggregate, List<?> inputs) {
        Sketched partial = aggregate.identity();
        for (Object input : inputs) {
            partial = aggregate.add(partial, input, ANYWHERE);
        }
        return partial;
    }

    private static byte[] bytes(Aggregate<Sketched> aggregate, List<?> inputs) {
        return (byte[]) aggregate.store(ours(aggregate, inputs)).get(0);
    }

    private static Dataset<Row> rows(List<?> values, DataType type) {
        List<Row> rows = new ArrayList<>();
        values.forEach(value -> rows.add(RowFactory.create(value)));
        return SPARK.createDataFrame(rows, new StructType().add("e", type));
    }

    private static byte[] sparks(List<?> values, DataType type, String aggregate) {
        return rows(values, type).coalesce(1).agg(expr(aggregate)).first().getAs(0);
    }

    /** What Spark says of our bytes. */
    private static Object askSpark(byte[] bytes, String question) {
        return rows(List.of(bytes), DataTypes.BinaryType)
                .select(expr(question))
                .first()
                .getAs(0);
    }

    private static List<Long> numbers(long count) {
        return LongStream.range(0, count).map(i -> i * 31).boxed().toList();
    }

    @Test
    void sparkCountsOurDistinctValuesAsWeDoAndTheirsAreTheSame() {
        DistinctCount count = new DistinctCount(ValueType.BIGINT);
        for (long size : new long[] {0, 1, 7, 100, 1_000, 20_000}) {
            List<Long> values = numbers(size);
            byte[] ours = bytes(count, values);
            byte[] sparks = sparks(values, DataTypes.LongType, "hll_sketch_agg(e)");
            long found = (Long) count.finish(ours(count, values));
            // Of a sketch that was never merged Spark takes another estimate.
            Object asked = askSpark(ours, "hll_sketch_estimate(e)");
            assertTrue(count.accepts(count.load(List.of(ours)), asked), "Spark finds " + asked + " of " + size);
            assertEquals(found, askSpark(ours, "hll_sketch_estimate(hll_union(hll_union(e, e), e))"));
            assertEquals(found, count.finish(count.load(List.of(sparks))), "we read Spark's of " + size);
            Sketched both = count.merge(count.load(List.of(sparks)), count.load(List.of(ours)));
            assertEquals(found, count.finish(both), "the same " + size + " values twice are no more");
        }
    }

    @Test
    void distinctValuesOfSparksSketchesAndOfOursAreOneSetWhoeverUnitesThem() {
        List<Long> all = numbers(20_000);
        // A sketch of few values is a list, then a set, then registers: each with each. They overlap.
        List<Integer> ends = List.of(3, 150, 12_000);
        for (int end : ends) {
            for (int further : ends) {
                int begin = end - Math.min(end, further) / 2;
                List<Long> union = all.subList(0, Math.max(end, begin + further));
                unite(all.subList(0, end), all.subList(begin, begin + further), union);
            }
        }
    }

    private static void unite(List<Long> values, List<Long> others, List<Long> union) {
        DistinctCount count = new DistinctCount(ValueType.BIGINT);
        byte[] ours = bytes(count, values);
        byte[] sparks = sparks(others, DataTypes.LongType, "hll_sketch_agg(e)");
        Object together = count.finish(ours(count, union));
        Sketched loaded = count.load(List.of(ours));
        Sketched foreign = count.load(List.of(sparks));
        assertEquals(together, count.finish(count.merge(loaded, foreign)));
        assertEquals(together, count.finish(count.merge(foreign, loaded)));
        StructType pair = new StructType().add("a", DataTypes.BinaryType).add("b", DataTypes.BinaryType);
        Object sparksUnion = SPARK.createDataFrame(List.of(RowFactory.create(ours, sparks)), pair)
                .select(expr("hll_sketch_estimate(hll_union(hll_union(a, b), hll_union(b, a)))"))
                .first()
                .get(0);
        assertEquals(together, sparksUnion);
    }

    @Test
    void sparkFindsTheQuantilesOfOurNumbers() {
        Percentile median = new Percentile(ValueType.BIGINT, 0.5);
        List<Long> few = numbers(150);
        byte[] ours = bytes(median, few);
        byte[] theirs = sparks(few, DataTypes.LongType, "kll_sketch_agg_bigint(e)");
        assertEquals(ours.length, theirs.length);
        assertEquals(median.finish(ours(median, few)), median.finish(median.load(List.of(theirs))));
        assertEquals(median.finish(ours(median, few)), askSpark(ours, "kll_sketch_get_quantile_bigint(e, 0.5)"));
        List<Long> many = numbers(10_000);
        Sketched own = ours(median, many);
        assertTrue(median.accepts(own, askSpark(bytes(median, many), "kll_sketch_get_quantile_bigint(e, 0.5)")));
        byte[] sparks = sparks(many, DataTypes.LongType, "kll_sketch_agg_bigint(e)");
        assertTrue(median.accepts(own, median.finish(median.load(List.of(sparks)))));
    }

    @Test
    void quantilesOfDoublesToo() {
        Percentile high = new Percentile(ValueType.DOUBLE, 0.9);
        List<Double> few = numbers(150).stream().map(number -> number / 8.0).toList();
        byte[] ours = bytes(high, few);
        byte[] sparks = sparks(few, DataTypes.DoubleType, "kll_sketch_agg_double(e)");
        assertEquals(ours.length, sparks.length);
        assertEquals(high.finish(ours(high, few)), high.finish(high.load(List.of(sparks))));
        assertEquals(high.finish(ours(high, few)), askSpark(ours, "kll_sketch_get_quantile_double(e, 0.9D)"));
    }

    @Test
    void sparkRanksOurItemsNullsAmongThem() {
        TopItems top = new TopItems(ValueType.STRING, 3);
        List<String> items = new ArrayList<>(List.of("a", "é", "é", "\uD83D\uDE00", "é", "\uD83D\uDE00", ""));
        items.add(null);
        items.add(null);
        items.add(null);
        items.add(null);
        byte[] ours = bytes(top, items);
        List<RankedItem> expected =
                List.of(new RankedItem(null, 4), new RankedItem("é", 3), new RankedItem("\uD83D\uDE00", 2));
        assertEquals(expected, top.finish(ours(top, items)));
        byte[] sparks = sparks(items, DataTypes.StringType, "approx_top_k_accumulate(e, 1000).sketch");
        assertEquals(ours.length, sparks.length);
        assertEquals(expected, top.finish(top.load(List.of(sparks))));
        List<Row> found = rows(List.of(ours), DataTypes.BinaryType)
                .select(
                        expr(
                                """
                        approx_top_k_estimate(named_struct('sketch', e, 'maxItemsTracked', 1000,
                          'itemDataType', cast(null as string), 'itemDataTypeDDL', 'item string not null'), 3)"""))
                .first()
                .getList(0);
        assertEquals(
                expected,
                found.stream()
                        .map(row -> new RankedItem(row.get(0), row.getLong(1)))
                        .toList());
    }
}
