package dev.tidemark.benchmarks;

import dev.tidemark.shop.ShopTraffic;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How many events of the shop, as lines of JSON, one thread makes: what the other measurements can be fed with. */
@Command(
        name = "generator",
        mixinStandardHelpOptions = true,
        description = "How many events of the shop, as lines of JSON, one thread makes.")
final class Generator implements Callable<Integer> {

    @Option(names = "--rate", description = "events a second in the shop (default: ${DEFAULT-VALUE})")
    private double rate = 8_000;

    @Option(names = "--events", description = "events a run (default: ${DEFAULT-VALUE})")
    private int events = 2_000_000;

    @Option(names = "--runs", description = "runs, after one to warm up (default: ${DEFAULT-VALUE})")
    private int runs = 3;

    @Override
    public Integer call() {
        make();
        double[] perSecond = new double[runs];
        for (int run = 0; run < runs; run++) {
            long began = System.nanoTime();
            long bytes = make();
            perSecond[run] = events * 1e9 / (System.nanoTime() - began);
            System.out.printf(
                    Locale.ROOT, "run %d: %,.0f events/s of %d bytes%n", run + 1, perSecond[run], bytes / events);
        }
        System.out.println("events/s, median (from – to): " + Figures.of(perSecond));
        return 0;
    }

    private long make() {
        ShopTraffic traffic = new ShopTraffic(ShopHistory.options(Instant.parse("2026-01-01T00:00:00Z"), rate));
        long bytes = 0;
        for (int made = 0; made < events; made++) {
            bytes += traffic.next().line().length;
        }
        return bytes;
    }
}
