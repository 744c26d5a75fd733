package dev.tidemark.view.aggregate;

import dev.tidemark.schema.Field;
import dev.tidemark.schema.Micros;
import dev.tidemark.schema.RankedItem;
import dev.tidemark.schema.RankedItemsType;
import dev.tidemark.schema.ResultType;
import dev.tidemark.schema.ValueType;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.datasketches.frequencies.ErrorType;
import org.apache.datasketches.frequencies.ItemsSketch;

/**
 * {@code approx_top_k(e, k)}: the k most frequent items, each with about how often it came up, the most frequent first
 * and equally frequent ones in their order. As in Spark SQL null is an item too. By a frequent items sketch; see <a
 * href="https://datasketches.apache.org/docs/Frequency/FrequencySketches.html">its documentation</a>: exact up to 1,536
 * different items; beyond, items that it cannot tell from rare ones are left out.
 *
 * @param of the type of the items
 * @param k how many at most
 */
public record TopItems(ValueType of, int k) implements SketchAggregate {

    /** The greatest k: how many items Spark is told to track. */
    public static final int MAX_K = 1000;

    private static final Comparator<RankedItem> ORDER =
            Comparator.comparingLong(RankedItem::count).reversed().thenComparing(RankedItem::item, Values::compare);

    public TopItems {
        if (k < 1 || k > MAX_K) {
            throw new IllegalArgumentException(k + " items; accepted are 1 to " + MAX_K);
        }
    }

    @Override
    public Optional<ValueType> input() {
        return Optional.of(of);
    }

    @Override
    public ResultType result() {
        return new RankedItemsType(of);
    }

    @Override
    public List<Field> stored() {
        return List.of(new Field("items", ValueType.BINARY));
    }

    @Override
    public Sketched add(Sketched partial, Object input, Occurrence at) {
        return kind().add(partial, tracked(input));
    }

    @Override
    public List<RankedItem> finish(Sketched partial) {
        List<RankedItem> all = ranked(kind().open(partial));
        return List.copyOf(all.subList(0, Math.min(k, all.size())));
    }

    private List<RankedItem> ranked(ItemCounts counts) {
        List<RankedItem> all = new ArrayList<>();
        for (ItemsSketch.Row<Object> row : counts.items.getFrequentItems(ErrorType.NO_FALSE_POSITIVES)) {
            all.add(new RankedItem(item(row.getItem()), row.getEstimate()));
        }
        if (counts.nulls > 0) {
            all.add(new RankedItem(null, counts.nulls));
        }
        all.sort(ORDER);
        return all;
    }

    /** Each item's count is right, and no item is missing that is clearly more frequent than those that are there. */
    @Override
    public boolean accepts(Sketched partial, Object result) {
        ItemCounts counts = kind().open(partial);
        double error = FrequentItems.error(counts.items.getStreamLength());
        Map<Object, Long> found = new HashMap<>();
        long least = Long.MAX_VALUE;
        for (Object each : (List<?>) result) {
            RankedItem ranked = (RankedItem) each;
            found.put(ranked.item(), ranked.count());
            least = Math.min(least, ranked.count());
        }
        double enough = found.size() == k ? least : 0;
        return found.size() <= k
                && found.entrySet().stream().allMatch(entry -> equality()
                        .equal(counts.estimate(tracked(entry.getKey())), entry.getValue(), error))
                && finish(partial).stream()
                        .filter(own -> !found.containsKey(own.item()))
                        .allMatch(own -> own.count() <= enough || equality().equal(own.count(), enough, error));
    }

    /** The type that the sketch holds items in: times and truths are integers there, decimals texts. */
    public ValueType tracked() {
        return switch (of.kind()) {
            case BOOLEAN, BIGINT, DATE, TIMESTAMP -> ValueType.BIGINT;
            case DOUBLE -> ValueType.DOUBLE;
            case DECIMAL, STRING, BINARY -> ValueType.STRING;
        };
    }

    @Override
    public FrequentItems kind() {
        return FrequentItems.of(tracked());
    }

    private Object tracked(Object item) {
        if (item == null) {
            return null;
        }
        return switch (of.kind()) {
            case BOOLEAN -> (Boolean) item ? 1L : 0L;
            case DATE -> ((LocalDate) item).toEpochDay();
            case TIMESTAMP -> Micros.of((Instant) item);
            case DECIMAL -> ((BigDecimal) item).toPlainString();
            default -> item;
        };
    }

    private Object item(Object tracked) {
        return switch (of.kind()) {
            case BOOLEAN -> (Long) tracked != 0;
            case DATE -> LocalDate.ofEpochDay((Long) tracked);
            case TIMESTAMP -> Micros.instant((Long) tracked);
            case DECIMAL -> new BigDecimal((String) tracked);
            default -> tracked;
        };
    }
}
