package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The law of conservation, seen from outside: every record of each partition is in exactly one bucket of each view. */
final class Conservation {

    private static final Map<String, Predicate<Flight>> FILTERS = Map.of(
            "delays_by_origin", flight -> true,
            "traffic", flight -> true,
            "routes", flight -> flight.distance() > 0,
            "distances", flight -> flight.delay() != 0);

    private Conservation() {}

    /** Holds what the serving layer says of each view and partition against what was sent; all has to be counted. */
    static void holds(TestDeployment deployment, FlightLog log) throws IOException {
        holds(deployment);
        JsonNode views = deployment.answer("/v1/status").at("/sources/0/views");
        FILTERS.forEach((view, filter) -> {
            assertEquals(TestDeployment.PARTITIONS, views.get(view).size());
            for (JsonNode partition : views.get(view)) {
                assertEquals(expected(log, partition.get("partition").asInt(), filter), buckets(partition), view);
            }
        });
    }

    /** The same without what was sent: each view of each source has records of every partition, and they add up. */
    static void holds(TestDeployment deployment) throws IOException {
        holds(deployment.port());
    }

    /** The same of the deployment that is served at a port of this machine. */
    static void holds(int port) throws IOException {
        JsonNode sources = Shop.get(port, "/v1/conservation").get("sources");
        assertFalse(sources.isEmpty(), sources::toString);
        for (JsonNode source : sources) {
            assertFalse(source.path("views").isEmpty(), source::toString);
            for (JsonNode view : source.get("views")) {
                assertFalse(view.isEmpty(), source::toString);
                view.forEach(partition -> holds(partition, source));
            }
        }
    }

    private static void holds(JsonNode partition, JsonNode source) {
        Map<String, Long> buckets = buckets(partition);
        buckets.remove("partition");
        assertEquals(0, buckets.remove("difference"), source::toString);
        long consumed = buckets.remove("consumed");
        assertTrue(consumed > 0, source::toString);
        assertEquals(
                consumed, buckets.values().stream().mapToLong(Long::longValue).sum(), source::toString);
    }

    private static Map<String, Long> expected(FlightLog log, int partition, Predicate<Flight> filter) {
        long flights = log.of(partition).size();
        long counted = log.of(partition).stream().filter(filter).count();
        return new TreeMap<>(Map.of(
                "partition",
                (long) partition,
                "consumed",
                flights + log.malformed(partition),
                "counted",
                counted,
                "malformed",
                log.malformed(partition),
                "filtered",
                flights - counted,
                "duplicate",
                0L,
                "deferred",
                0L,
                "excluded",
                0L,
                "failed",
                0L,
                "difference",
                0L));
    }

    private static Map<String, Long> buckets(JsonNode partition) {
        Map<String, Long> buckets = new TreeMap<>();
        partition
                .properties()
                .forEach(
                        bucket -> buckets.put(bucket.getKey(), bucket.getValue().asLong()));
        return buckets;
    }
}
