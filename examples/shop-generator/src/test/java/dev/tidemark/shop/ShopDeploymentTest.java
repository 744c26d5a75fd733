package dev.tidemark.shop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.schema.Judge;
import dev.tidemark.schema.Judged;
import dev.tidemark.schema.Source;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The shop's events by the rules of the deployment in {@code examples/shop}. */
class ShopDeploymentTest {

    private static final Path FOLDER = Path.of("..", "shop");

    private final Deployment deployment = DeploymentLoader.load(FOLDER.resolve("tidemark.yaml"));

    @Test
    void everyEventIsWellFormedButTheDamagedOnesWhichAreMalformed() {
        long seed = Long.getLong("tidemark.seed", System.nanoTime());
        System.out.println("seed: -Dtidemark.seed=" + seed);
        Map<String, Judge> judges = new HashMap<>();
        deployment.sources().forEach(source -> judges.put(source.name(), new Judge(source)));
        ShopOptions options =
                new ShopOptions(seed, Instant.parse("2026-03-01T00:00:00Z"), 100, 500, 10_000, 0.05, 0.05, 0.05, 0.05);

        Stream.generate(new ShopTraffic(options)::next).limit(50_000).forEach(event -> {
            Source source = deployment.source(event.source());
            Judged judged = judges.get(source.name()).judge(event.line(), event.sentAt());
            assertEquals(event.isMalformed(), judged instanceof Judged.Malformed, () -> event + ": " + judged);
            if (judged instanceof Judged.WellFormed wellFormed) {
                assertEquals(Instant.ofEpochMilli(event.eventTime()), wellFormed.eventTime());
                assertEquals(event.isLate(), isLate(event, source), event::toString);
            }
        });
    }

    private static boolean isLate(ShopEvent event, Source source) {
        Duration delay = Duration.ofMillis(event.sentAt() - event.eventTime());
        return delay.compareTo(source.allowedLateness()) > 0;
    }

    @Test
    void everySourceHasAView() {
        deployment
                .sources()
                .forEach(source -> assertFalse(deployment.viewsOf(source.name()).isEmpty(), source.name()));
    }

    @Test
    void itsOptionsAreThoseOfAShop() {
        ShopOptions options = ShopArguments.read(FOLDER.resolve("shop.args"));
        assertEquals(
                new ShopOptions(
                        1, Instant.parse("2026-01-01T00:00:00Z"), 0.5, 5_000, 200_000, 0.01, 0.001, 0.01, 0.001),
                options);
    }
}
