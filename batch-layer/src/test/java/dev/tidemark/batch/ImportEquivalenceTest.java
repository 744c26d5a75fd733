package dev.tidemark.batch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever is archived, imported, revoked, advanced and recomputed, in whatever order: what is published in the end is what
 * a plain fold gives over the events of the topic and of the imports that are left.
 */
class ImportEquivalenceTest {

    private static final int STEPS = 5;
    private static final int EVENTS_A_STEP = 40;

    @TempDir
    Path folder;

    @TempDir
    Path files;

    private final List<List<String>> byTopic = List.of(new ArrayList<>(), new ArrayList<>());
    private final Map<String, List<String>> imports = new LinkedHashMap<>();

    @Test
    void whatIsPublishedEqualsAPlainFold() throws IOException {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Shop shop = Shop.withAllViews(folder, ZoneId.of("Europe/Berlin"));
        for (int step = 0; step < STEPS; step++) {
            act(shop, random, step);
            if (random.nextInt(3) > 0) {
                publish(shop, random.nextBoolean());
            }
        }
        publish(shop, false);
        requirePlainFold(shop);
    }

    private void act(Shop shop, Random random, int step) throws IOException {
        int what = random.nextInt(imports.isEmpty() ? 2 : 3);
        System.out.println(List.of("archive", "import", "revoke").get(what));
        if (what == 0) {
            int partition = random.nextInt(2);
            List<String> values = events(random);
            byTopic.get(partition).addAll(values);
            shop.send(partition, values.toArray(String[]::new));
            shop.archive();
        } else if (what == 1) {
            List<String> values = events(random);
            Path file = Files.write(files.resolve(step + ".ndjson"), values);
            imports.put(shop.imports(file).id(), values);
        } else {
            List<String> ids = List.copyOf(imports.keySet());
            String id = ids.get(random.nextInt(ids.size()));
            shop.revoke(id);
            imports.remove(id);
        }
    }

    private static List<String> events(Random random) {
        return Stream.generate(() -> EquivalenceTest.random(random))
                .limit(EVENTS_A_STEP)
                .toList();
    }

    private static void publish(Shop shop, boolean advance) {
        System.out.println(advance ? "advance" : "recompute");
        if (advance) {
            shop.advance();
        } else {
            shop.recompute();
        }
    }

    private void requirePlainFold(Shop shop) {
        PlainFold fold = new PlainFold(shop);
        for (int partition = 0; partition < byTopic.size(); partition++) {
            for (String value : byTopic.get(partition)) {
                fold.add(partition, value);
            }
        }
        int partition = byTopic.size();
        for (List<String> values : imports.values()) {
            for (String value : values) {
                fold.add(partition, value);
            }
            partition++;
        }
        Definitions.resolve(shop.deployment)
                .get(0)
                .streamed()
                .views()
                .forEach(view -> EquivalenceTest.requireSameRows(shop, fold, view));
    }
}
