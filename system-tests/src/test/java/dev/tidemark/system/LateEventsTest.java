package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.broker.SharedBroker;
import dev.tidemark.launcher.Layer;
import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.LateEvent;
import dev.tidemark.schema.LateEvents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three sources of the same events, a third of them late: counted at once, once the cut has passed them, or never. */
class LateEventsTest {

    private static final int PARTITIONS = 2;
    private static final int EVENTS = 600;
    private static final Duration ALLOWED = Duration.ofHours(1);
    private static final Instant OPENING = Instant.parse("2026-01-15T09:00:00Z");

    @TempDir
    Path folder;

    private final Random random = Seeds.random();
    private int made;

    /**
     * A record.
     *
     * @param number tells it from all others
     * @param lateness how much later than its event time it was recorded
     * @param cents the views count what is more than 100
     * @param isEvent whether its value is one: others are malformed, and never late
     */
    private record Sale(int number, int partition, Instant recorded, Duration lateness, int cents, boolean isEvent) {

        Instant at() {
            return recorded.minus(lateness);
        }

        boolean isLate() {
            return isEvent && lateness.compareTo(ALLOWED) > 0;
        }

        boolean passes() {
            return isEvent && cents > 100;
        }

        byte[] value() {
            String json = "{\"at\":%d,\"cents\":%d}".formatted(at().toEpochMilli(), cents);
            return (isEvent ? json : json.substring(1)).getBytes(StandardCharsets.UTF_8);
        }
    }

    /** A source that treats late events in one way, and what was sent to it. */
    private record Treated(LateEvents treatment, String topic, TopicLog<Sale> log) implements AutoCloseable {

        String source() {
            return treatment.name().toLowerCase(Locale.ROOT);
        }

        String byHour() {
            return "/v1/views/%s/query?window=1h".formatted(source());
        }

        @Override
        public void close() {
            log.close();
        }
    }

    @Test
    void whatIsLateCountsAtOnceOrOnceTheCutHasPassedItOrNeverAsItsSourceSays() throws Exception {
        Map<LateEvents, String> topics = Stream.of(LateEvents.values())
                .collect(Collectors.toMap(
                        treatment -> treatment,
                        treatment -> SharedBroker.createTopic("sales", PARTITIONS),
                        (one, other) -> one,
                        TreeMap::new));
        try (TestDeployment deployment = new TestDeployment(folder, topics.get(LateEvents.INCLUDE), files(topics));
                Treated included = treated(deployment, topics, LateEvents.INCLUDE);
                Treated deferred = treated(deployment, topics, LateEvents.DEFER);
                Treated excluded = treated(deployment, topics, LateEvents.EXCLUDE)) {
            List<Treated> all = List.of(included, deferred, excluded);
            deployment.start(Layer.SPEED);
            deployment.start(Layer.SERVING);
            send(all, sales());
            deployment.awaitReady();
            send(all, sales());
            for (Treated source : all) {
                check(
                        deployment,
                        source,
                        source.log().ends().keySet().stream().collect(Collectors.toMap(p -> p, p -> 0L)));
                areCopied(deployment, source);
            }

            deployment.publish();
            Map<Integer, Long> cut = deferred.log().ends();
            for (Treated source : all) {
                deployment.awaitPublication(1, source.byHour());
                check(deployment, source, cut);
            }

            send(all, sales());
            for (Treated source : all) {
                check(deployment, source, cut);
                areCopied(deployment, source);
            }
        }
    }

    private static Map<String, String> files(Map<LateEvents, String> topics) {
        Map<String, String> files = new HashMap<>();
        files.put(
                "sales.avsc",
                """
                {"type": "record", "name": "Sale", "fields": [
                  {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                  {"name": "cents", "type": "int"}]}
                """);
        topics.forEach((treatment, topic) -> {
            String name = treatment.name().toLowerCase(Locale.ROOT);
            files.put(
                    "sources/" + name + ".yaml",
                    """
                    name: %s
                    topic: %s
                    schema: ../sales.avsc
                    event_time: at
                    allowed_lateness: 1h
                    late_events: %s
                    """
                            .formatted(name, topic, name));
            files.put(
                    "views/" + name + ".yaml",
                    """
                    name: %s
                    source: %s
                    where: cents > 100
                    pane: 15m
                    measures: {sales: count(), cents: sum(cents)}
                    """
                            .formatted(name, name));
        });
        return files;
    }

    private static Treated treated(TestDeployment deployment, Map<LateEvents, String> topics, LateEvents treatment) {
        String topic = topics.get(treatment);
        return new Treated(
                treatment,
                topic,
                new TopicLog<>(
                        deployment.deployment().kafkaClient(),
                        sale -> new ProducerRecord<>(
                                topic, sale.partition(), sale.recorded().toEpochMilli(), null, sale.value())));
    }

    private static void send(List<Treated> sources, List<Sale> sales) {
        sources.forEach(source -> source.log().send(sales));
    }

    /** A third of them late; some to the millisecond what is allowed, or one more. */
    private List<Sale> sales() {
        return IntStream.range(0, EVENTS)
                .mapToObj(i -> new Sale(
                        made,
                        random.nextInt(PARTITIONS),
                        OPENING.plusSeconds(made++),
                        lateness(),
                        random.nextInt(500),
                        random.nextInt(20) > 0))
                .toList();
    }

    private Duration lateness() {
        return switch (random.nextInt(12)) {
            case 0 -> ALLOWED;
            case 1 -> ALLOWED.plusMillis(1);
            case 2, 3, 4 -> ALLOWED.plusMillis(1 + random.nextInt(90_000_000));
            default -> Duration.ofMillis(random.nextInt(3_600_000));
        };
    }

    /** @param cut what batch has counted up to, by partition */
    private static void check(TestDeployment deployment, Treated source, Map<Integer, Long> cut) throws IOException {
        JsonNode answer = deployment.awaitThrough(source.log().ends(), source.byHour());
        Map<Sale, Bucket> buckets = new HashMap<>();
        source.log()
                .partitions()
                .forEach((partition, sales) -> sales.forEach(
                        (offset, sale) -> buckets.put(sale, bucket(source, sale, offset < cut.get(partition)))));
        assertEquals(
                Buckets.of(source.log(), List.of(source.source()), (sale, view) -> buckets.get(sale)),
                Buckets.stated(deployment, source.source()));
        for (Bucket uncounted : List.of(Bucket.DEFERRED, Bucket.EXCLUDED)) {
            assertEquals(sizes(source.log(), buckets, uncounted), certified(answer, uncounted), "the certificate's");
        }
        assertEquals(plain(source.log(), sale -> buckets.get(sale) == Bucket.COUNTED), rows(answer));
    }

    /** The first bucket that applies, in the order of docs/semantics.md. */
    private static Bucket bucket(Treated source, Sale sale, boolean belowCut) {
        if (!sale.isEvent()) {
            return Bucket.MALFORMED;
        }
        if (sale.isLate() && source.treatment() == LateEvents.DEFER && !belowCut) {
            return Bucket.DEFERRED;
        }
        if (sale.isLate() && source.treatment() == LateEvents.EXCLUDE) {
            return Bucket.EXCLUDED;
        }
        return sale.passes() ? Bucket.COUNTED : Bucket.FILTERED;
    }

    /** How many records of each partition are in a bucket. */
    private static Map<Integer, Long> sizes(TopicLog<Sale> log, Map<Sale, Bucket> buckets, Bucket bucket) {
        Map<Integer, Long> sizes = new TreeMap<>();
        log.partitions()
                .forEach((partition, sales) -> sizes.put(
                        partition,
                        sales.values().stream()
                                .filter(sale -> buckets.get(sale) == bucket)
                                .count()));
        return sizes;
    }

    /** The same as the certificate says it. */
    private static Map<Integer, Long> certified(JsonNode answer, Bucket bucket) {
        Map<Integer, Long> sizes = new TreeMap<>();
        answer.at("/certificate/partitions")
                .forEach(partition -> sizes.put(
                        partition.get("partition").asInt(),
                        partition.get(bucket.name().toLowerCase(Locale.ROOT)).asLong()));
        return sizes;
    }

    private static Map<String, String> plain(TopicLog<Sale> log, Predicate<Sale> counts) {
        Map<String, String> rows = new TreeMap<>();
        log.all().stream()
                .filter(counts)
                .collect(Collectors.groupingBy(sale -> sale.at().truncatedTo(ChronoUnit.HOURS)))
                .forEach((hour, sales) -> rows.put(
                        hour.toString(),
                        sales.size() + " "
                                + sales.stream().mapToLong(Sale::cents).sum()));
        return rows;
    }

    private static Map<String, String> rows(JsonNode answer) {
        Map<String, String> rows = new TreeMap<>();
        answer.get("rows")
                .forEach(row -> rows.put(
                        row.get("window_start").asText(),
                        row.get("sales").asText() + " " + row.get("cents").asText()));
        return rows;
    }

    /** Each late event is in the topic of late ones, with what it says of itself, and nothing else is. */
    private static void areCopied(TestDeployment deployment, Treated source) {
        Map<Sale, Long> expected = new HashMap<>();
        source.log().all().stream()
                .filter(Sale::isLate)
                .forEach(sale -> expected.put(sale, sale.lateness().toMillis()));
        Map<Sale, Long> found = new HashMap<>();
        List<String> wrong = new ArrayList<>();
        Conditions.await("a copy of each late event of " + source.topic(), () -> {
            Copies.read(deployment.deployment(), LateEvent.topic(source.topic()), copy -> {
                LateEvent late = LateEvent.of(Copies.headers(copy));
                Sale sale = source.log()
                        .partitions()
                        .get(late.origin().position().partition())
                        .get(late.origin().position().offset());
                found.put(sale, late.latenessMillis());
                if (late.origin().timestamp() != sale.recorded().toEpochMilli()
                        || !Arrays.equals(sale.value(), copy.value())) {
                    wrong.add(sale.toString());
                }
            });
            return found.size() >= expected.size();
        });
        assertEquals(expected, found);
        assertEquals(List.of(), wrong);
    }
}
