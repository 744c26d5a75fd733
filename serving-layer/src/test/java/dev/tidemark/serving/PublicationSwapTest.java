package dev.tidemark.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Publications are made, and rolled back, while events flow and a checker asks without pause. */
class PublicationSwapTest {

    private static final int PARTITIONS = 2;

    @TempDir
    Path directory;

    private final AtomicBoolean done = new AtomicBoolean();

    @Test
    void everyAnswerEqualsItsCertificateAndNoneStepsBack() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        try (Shop shop = Shop.open(directory, PARTITIONS);
                ServingLayer serving = shop.serve()) {
            Client client = Client.of(serving);
            Until.holds(serving::isReady);
            CompletableFuture<Void> traffic = run(() -> sell(shop, new Random(seed)));
            CompletableFuture<Integer> checker = CompletableFuture.supplyAsync(() -> check(shop, client));
            for (int number = 1; number <= 5; number++) {
                int target = 150 * number;
                Until.holds(() -> shop.sales.size() > target || traffic.isDone());
                if (number % 2 == 0) {
                    RollbackTest.rollBack(shop, Math.max(1, number - 2));
                } else {
                    shop.publish(throughs(client.revenue("")));
                }
                int published = number;
                Until.holds(() -> checker.isDone() || publication(client.revenue("")) == published);
            }
            done.set(true);
            traffic.join();
            int answers = checker.join();
            assertTrue(answers > 50, "only " + answers + " answers were checked");
        }
    }

    /** Sells in both partitions, many late, some of which are left out, and emits increments repeated and out of order. */
    private void sell(Shop shop, Random random) throws Exception {
        List<Sale> unsent = new ArrayList<>();
        while (!done.get()) {
            unsent.add(shop.sell(
                    random.nextInt(PARTITIONS),
                    Shop.NOON.minusSeconds(random.nextInt(200_000)),
                    random.nextInt(10) == 0 ? null : "R" + random.nextInt(4),
                    random.nextInt(10_000) / 100 + "." + (10 + random.nextInt(90))));
            if (unsent.size() > 5) {
                Collections.shuffle(unsent, random);
                shop.count(unsent.get(0));
                for (Sale sale : unsent.subList(1, unsent.size())) {
                    if (random.nextInt(4) == 0) {
                        shop.exclude(sale);
                    } else {
                        shop.count(sale);
                    }
                }
                shop.emit(unsent.get(0).increment());
                unsent.clear();
            }
        }
    }

    private int check(Shop shop, Client client) {
        try {
            List<Long> before = new ArrayList<>(Collections.nCopies(PARTITIONS + 1, 0L));
            int answers = 0;
            while (!done.get()) {
                Client.Reply reply = client.revenue("by=region&measures=orders,revenue");
                assertEquals(200, reply.status(), reply.json().toString());
                assertEquals(expected(shop, throughs(reply)), actual(reply.rows()));
                for (JsonNode partition : reply.certificate().get("partitions")) {
                    assertEquals(
                            shop.excludedBelow(
                                    partition.get("partition").asInt(),
                                    partition.get("through").asLong()),
                            partition.get("excluded").asLong(),
                            partition::toString);
                }
                List<Long> now = new ArrayList<>(List.of(publication(reply)));
                throughs(reply).values().forEach(now::add);
                for (int i = 0; i < now.size(); i++) {
                    assertTrue(now.get(i) >= before.get(i), now + " steps back behind " + before);
                }
                before = now;
                answers++;
            }
            return answers;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static Map<String, String> expected(Shop shop, Map<Integer, Long> throughs) {
        Map<String, Long> orders = new HashMap<>();
        Map<String, BigDecimal> revenue = new HashMap<>();
        for (Sale sale : shop.sales) {
            if (sale.position().offset() < throughs.get(sale.position().partition())) {
                orders.merge(String.valueOf(sale.region()), 1L, Long::sum);
                revenue.merge(String.valueOf(sale.region()), sale.amount(), BigDecimal::add);
            }
        }
        Map<String, String> rows = new TreeMap<>();
        orders.forEach((region, count) -> rows.put(region, count + " " + revenue.get(region)));
        return rows;
    }

    private static Map<String, String> actual(JsonNode rows) {
        Map<String, String> actual = new TreeMap<>();
        rows.forEach(row -> actual.put(
                row.get("region").asText(),
                row.get("orders").asLong() + " " + row.get("revenue").asText()));
        return actual;
    }

    private static long publication(Client.Reply reply) {
        return reply.certificate().get("publication").asLong();
    }

    private static Map<Integer, Long> throughs(Client.Reply reply) {
        Map<Integer, Long> throughs = new TreeMap<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            throughs.put(partition, reply.through(partition));
        }
        return throughs;
    }

    private interface Work {
        void run() throws Exception;
    }

    private static CompletableFuture<Void> run(Work work) {
        return CompletableFuture.runAsync(() -> {
            try {
                work.run();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }
}
