package dev.tidemark.batch;

import static dev.tidemark.batch.Shop.order;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.broker.SharedBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContinuousArchiveTest {

    private static final String ORDER = order(1, "2001-01-01T10:00:00Z", "EU", "12.50", 3);

    @TempDir
    Path folder;

    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private Thread thread;

    @AfterEach
    void end() throws InterruptedException {
        thread.interrupt();
        thread.join();
    }

    private void start(Archive archive) {
        ContinuousArchive continuous =
                new ContinuousArchive(archive, Duration.ofMillis(10), done -> {}, complaints::add);
        thread = new Thread(() -> {
            try {
                continuous.run();
            } catch (InterruptedException e) {
                ended.complete(null);
            } catch (Throwable e) {
                ended.completeExceptionally(e);
            }
        });
        thread.start();
    }

    @Test
    void aSourceThatIsRefusedIsNamedAgainAndAgainWhileTheOthersGoOn() throws Exception {
        Shop orders = Shop.withTwoSources(folder);
        Shop returns = orders.ofSource("returns");
        orders.send(0, ORDER);
        returns.send(0, ORDER);
        orders.archive();
        SharedBroker.recreateTopic(orders.source.topic(), 2);
        start(new Archive(orders.deployment, orders::spark, Shop.QUIET, false));
        awaitComplaints("topics adopt orders");
        returns.send(0, ORDER, ORDER);
        Eventually.succeeds(() -> {
            assertTrue(archived(returns) == 3, complaints::toString);
            return returns;
        });
        int before = complaints.size();
        Eventually.succeeds(() -> {
            assertTrue(complaints.size() > before + 1, complaints::toString);
            return complaints;
        });
    }

    @Test
    void aBrokerThatCannotBeFoundIsWaitedFor() throws Exception {
        Shop shop = Shop.in(folder).withBroker("no-such-host.invalid:9092");
        start(new Archive(shop.deployment, Shop.NO_SPARK, Shop.QUIET, false));
        awaitComplaints("try again when the broker is up; trying again in 0 s");
    }

    @Test
    void anUnknownFailureEndsIt() {
        Shop shop = Shop.in(folder);
        shop.send(0, ORDER);
        start(new Archive(
                shop.deployment,
                () -> {
                    throw new IllegalStateException("nobody knows");
                },
                Shop.QUIET,
                false));
        ExecutionException failure = assertThrows(ExecutionException.class, () -> ended.get(1, TimeUnit.MINUTES));
        assertTrue(failure.getMessage().contains("nobody knows"), failure.getMessage());
    }

    private void awaitComplaints(String words) throws Exception {
        Eventually.succeeds(() -> {
            assertTrue(complaints.stream().filter(line -> line.contains(words)).count() > 1, complaints::toString);
            return words;
        });
    }

    private static long archived(Shop shop) {
        return shop.master().latest().orElseThrow().commit().archived().values().stream()
                .map(Map::values)
                .flatMap(partitions -> partitions.stream())
                .mapToLong(Long::longValue)
                .sum();
    }
}
