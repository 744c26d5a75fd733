package dev.tidemark.batch;

import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Contribution;
import dev.tidemark.schema.EventRecord;
import dev.tidemark.schema.Increment;
import dev.tidemark.schema.Judge;
import dev.tidemark.schema.Judged;
import dev.tidemark.schema.Micros;
import dev.tidemark.schema.Position;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Tail;
import dev.tidemark.view.Tail.LogPartition;
import dev.tidemark.view.View;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** What the shop's views must come to, folded event by event in plain Java: no Spark, no Delta, no archive. */
final class PlainFold {

    private static final String LOG = "plain";

    private final ZoneId zone;
    private final DefinitionSet set;
    private final Judge judge;
    private final Tail tail;
    private final Map<Integer, Long> ends = new HashMap<>();

    PlainFold(Shop shop) {
        this.zone = shop.deployment.zone();
        this.set = Definitions.resolve(shop.deployment).get(0).streamed();
        this.judge = new Judge(shop.source);
        this.tail = new Tail(set);
    }

    void add(int partition, String value) {
        LogPartition counted = new LogPartition(LOG, partition);
        if (!tail.counts(counted)) {
            tail.start(counted, 0, 0);
        }
        long offset = ends.merge(partition, 1L, Long::sum) - 1;
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        Judged judged = judge.judge(bytes, Instant.now().toEpochMilli());
        List<Contribution> contributions =
                set.views().stream().map(view -> contribution(view, judged)).toList();
        long time = judged instanceof Judged.WellFormed good ? Micros.of(good.eventTime()) : 0;
        tail.add(new Increment(new Position(LOG, partition, offset), offset, 0, time, contributions));
    }

    private Contribution contribution(View view, Judged judged) {
        if (!(judged instanceof Judged.WellFormed good)) {
            return Contribution.none(Bucket.MALFORMED);
        }
        return switch (view.name()) {
            case "revenue" -> revenue(view, good);
            case "weights" -> weights(view, good);
            case "visits" -> visits(view, good);
            default -> daily(view, good);
        };
    }

    private Contribution revenue(View view, Judged.WellFormed order) {
        if (field(order, "status").equals("TEST")) {
            return Contribution.none(Bucket.FILTERED);
        }
        BigDecimal amount = (BigDecimal) field(order, "amount");
        return counted(view, order, field(order, "region"), amount, amount, quantity(order));
    }

    private Contribution weights(View view, Judged.WellFormed order) {
        return new Contribution(
                Bucket.COUNTED, pane(view, order), Arrays.asList((Object) upperRegion(order)), weights(order));
    }

    private Contribution visits(View view, Judged.WellFormed order) {
        if (field(order, "status").equals("TEST")) {
            return Contribution.none(Bucket.FILTERED);
        }
        if (quantity(order) == 0) {
            return Contribution.none(Bucket.FAILED);
        }
        List<Object> key = Arrays.asList(upperRegion(order), 1000 / quantity(order) > 0);
        return new Contribution(Bucket.COUNTED, Micros.of(order.eventTime()), key, weights(order));
    }

    private static String upperRegion(Judged.WellFormed order) {
        String region = (String) field(order, "region");
        return region == null ? null : region.toUpperCase(Locale.ROOT);
    }

    /** The inputs of {@code weights}. */
    private static List<Object> weights(Judged.WellFormed order) {
        Object weight = field(order, "weight");
        BigDecimal amount = (BigDecimal) field(order, "amount");
        return Arrays.asList(
                quantity(order),
                weight,
                weight,
                weight == null ? null : true,
                (double) quantity(order),
                weight,
                amount,
                amount.toPlainString(),
                weight,
                amount.longValue() / 5000);
    }

    private Contribution daily(View view, Judged.WellFormed order) {
        return quantity(order) == 0
                ? Contribution.none(Bucket.FAILED)
                : new Contribution(Bucket.COUNTED, pane(view, order), List.of(), List.of(1000 / quantity(order)));
    }

    private Contribution counted(View view, Judged.WellFormed order, Object dimension, Object... inputs) {
        return new Contribution(Bucket.COUNTED, pane(view, order), Arrays.asList(dimension), Arrays.asList(inputs));
    }

    private long pane(View view, Judged.WellFormed order) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, view.pane().start(order.eventTime(), zone));
    }

    private static long quantity(Judged.WellFormed order) {
        return (Integer) field(order, "quantity");
    }

    private static Object field(Judged.WellFormed order, String name) {
        EventRecord event = order.event();
        return event.get(Shop.SCHEMA.getField(name).pos());
    }

    /** A view's cells by their pane, or the first and last event of their fragment, and dimensions. */
    Map<List<Object>, Object[]> cells(View view) {
        Map<List<Object>, Object[]> all = new HashMap<>();
        tail.select(view.name(), Long.MIN_VALUE, Long.MAX_VALUE, cell -> {
            List<Object> key = new ArrayList<>();
            key.add(Micros.instant(cell.start()));
            view.session().ifPresent(session -> key.add(Micros.instant(cell.last())));
            key.addAll(cell.dimensions());
            all.put(key, cell.partials());
        });
        return all;
    }

    /** How many events of a partition fell into a bucket of a view. */
    Function<Bucket, Long> buckets(String view, int partition) {
        int index = set.views().indexOf(set.view(view).orElseThrow());
        Map<Bucket, Long> counts =
                tail.buckets(new LogPartition(LOG, partition)).get(index);
        return bucket -> counts.getOrDefault(bucket, 0L);
    }
}
