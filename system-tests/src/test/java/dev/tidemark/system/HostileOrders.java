package dev.tidemark.system;

import static dev.tidemark.system.GoodOrder.utf8;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * Makes records of a topic of orders, hostile and good ones, in an order of its own; all by its seed. Those of each kind
 * are as many, but for those of 10 MB, of which there are two a kind.
 */
final class HostileOrders {

    private static final Instant OPENING = Instant.parse("2026-01-15T00:00:00Z");
    private static final Duration SPAN = Duration.ofDays(3);
    private static final int LONG_ONES = 2;
    private static final List<GoodOrder.Kind> SHORT_ONES = List.of(
            GoodOrder.Kind.EVERYWHERE,
            GoodOrder.Kind.FILTERED,
            GoodOrder.Kind.FAILING,
            GoodOrder.Kind.FILTERED_AND_FAILING);

    private final Random random;
    private final String topic;
    private final int partitions;

    HostileOrders(Random random, String topic, int partitions) {
        this.random = random;
        this.topic = topic;
        this.partitions = partitions;
    }

    /** So many good ones, so many hostile ones, mixed. */
    List<OrderRecord> mixed(int good, int hostile) {
        List<Optional<HostileOrder>> kinds = new ArrayList<>(Collections.nCopies(good, Optional.empty()));
        for (int i = 0; i < LONG_ONES; i++) {
            List.of(HostileOrder.values()).stream()
                    .filter(HostileOrder::isLong)
                    .map(Optional::of)
                    .forEach(kinds::add);
        }
        List<HostileOrder> others = HostileOrder.shortOnes();
        for (int i = kinds.size(); i < good + hostile; i++) {
            kinds.add(Optional.of(others.get(i % others.size())));
        }
        Collections.shuffle(kinds, random);
        List<OrderRecord> records = new ArrayList<>();
        for (int i = 0; i < kinds.size(); i++) {
            Instant recorded = OPENING.plus(SPAN.multipliedBy(i).dividedBy(kinds.size()));
            records.add(kinds.get(i).map(kind -> hostile(kind, recorded)).orElseGet(() -> good(recorded)));
        }
        return records;
    }

    /** Good ones of 10 MB: where an unknown field is so long, where what fails is, and where what views group by is. */
    List<OrderRecord> longGoodOnes() {
        String text = "x".repeat(HostileOrder.LONG);
        GoodOrder counted = GoodOrder.of(GoodOrder.Kind.EVERYWHERE, OPENING, random);
        GoodOrder failing =
                GoodOrder.of(GoodOrder.Kind.FAILING, OPENING, random).saying(text);
        GoodOrder endless = GoodOrder.of(GoodOrder.Kind.OF_ENDLESS_REGION, OPENING, random);
        return List.of(
                record(OPENING, utf8(counted.with("unknown", "\"" + text + "\"")), counted),
                record(OPENING, utf8(failing.json()), failing),
                record(OPENING, utf8(endless.json()), endless));
    }

    private OrderRecord hostile(HostileOrder kind, Instant recorded) {
        GoodOrder order = GoodOrder.of(GoodOrder.Kind.EVERYWHERE, recorded, random);
        byte[] value = kind.value(order, recorded, random);
        return new OrderRecord(record(kind.stamped(recorded), value), Optional.empty(), Optional.of(kind));
    }

    private OrderRecord good(Instant recorded) {
        GoodOrder.Kind kind = SHORT_ONES.get(random.nextInt(SHORT_ONES.size()));
        GoodOrder order = GoodOrder.of(kind, recorded, random);
        String json = random.nextInt(10) == 0 ? order.oddJson(random) : order.json();
        return record(recorded, utf8(json), order);
    }

    private OrderRecord record(Instant stamped, byte[] value, GoodOrder order) {
        return new OrderRecord(record(stamped, value), Optional.of(order), Optional.empty());
    }

    private ProducerRecord<byte[], byte[]> record(Instant stamped, byte[] value) {
        return new ProducerRecord<>(topic, random.nextInt(partitions), stamped.toEpochMilli(), key(), value, headers());
    }

    /** None, an empty one, or any bytes. */
    private byte[] key() {
        return switch (random.nextInt(4)) {
            case 0 -> null;
            case 1 -> new byte[0];
            default -> bytes(16);
        };
    }

    /** None, or several: without a name, without a value, of any bytes, of the same name, of a name of Tidemark's. */
    private List<Header> headers() {
        return switch (random.nextInt(4)) {
            case 0 -> List.of();
            case 1 -> List.of(new RecordHeader("trace", bytes(16)));
            case 2 ->
                List.of(
                        new RecordHeader("", bytes(4)),
                        new RecordHeader("none", (byte[]) null),
                        new RecordHeader("again", utf8("1")),
                        new RecordHeader("again", utf8("2")));
            default ->
                List.of(
                        new RecordHeader("tidemark.offset", utf8("7")),
                        new RecordHeader("tidemark.reason", bytes(4)),
                        new RecordHeader("empty", new byte[0]));
        };
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
