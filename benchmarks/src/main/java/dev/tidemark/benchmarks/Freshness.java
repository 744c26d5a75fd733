package dev.tidemark.benchmarks;

import dev.tidemark.deployment.Deployment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How long it takes from an event's send until an HTTP answer counts it, under load, with the shop's views. */
@Command(
        name = "freshness",
        mixinStandardHelpOptions = true,
        description = "From an event's send to its appearance in an HTTP answer.")
final class Freshness implements Callable<Integer> {

    private static final List<Double> QUANTILES = List.of(0.5, 0.9, 0.99, 1.0);

    @Option(names = "--rate", description = "events a second (default: ${DEFAULT-VALUE})")
    private int rate = 2_000;

    @Option(names = "--warm-up", description = "seconds before the first run (default: ${DEFAULT-VALUE})")
    private int warmUp = 240;

    @Option(names = "--seconds", description = "seconds a run (default: ${DEFAULT-VALUE})")
    private int seconds = 120;

    @Option(names = "--runs", description = "runs (default: ${DEFAULT-VALUE})")
    private int runs = 3;

    @Option(names = "--partitions", description = "partitions of each topic (default: ${DEFAULT-VALUE})")
    private int partitions = 3;

    @Option(names = "--ids", description = "count orders and clicks once by their ids, as the shop does payments")
    private boolean ids;

    @Option(
            names = "--margins",
            description = "two further views of margins: constant, or joined from a reference table; without, none")
    private Optional<Margins> margins = Optional.empty();

    @Override
    public Integer call() throws Exception {
        try (TestBed bed = new TestBed(Optional.empty())) {
            if (ids) {
                bed.countOnceByIds();
            }
            if (margins.isPresent()) {
                margins.get().addTo(bed);
            }
            bed.startBroker(partitions);
            bed.startSpeed().awaitWords("speed ready");
            bed.startServing().awaitWords("serving ready");
            Deployment deployment = bed.deployment();
            try (Load load = new Load(deployment, rate);
                    Probe probe = new Probe(deployment)) {
                System.out.printf(Locale.ROOT, "%,d events/s; %d s to warm up%n", rate, warmUp);
                measure(probe, warmUp);
                printAll(measureAll(load, probe));
            }
        }
        return 0;
    }

    private List<Latencies> measureAll(Load load, Probe probe) throws Exception {
        List<Latencies> all = new ArrayList<>();
        for (int run = 1; run <= runs; run++) {
            long before = load.sent();
            Latencies latencies = measure(probe, seconds);
            print("run " + run, latencies, (load.sent() - before) / (double) seconds);
            all.add(latencies);
        }
        return all;
    }

    private static Latencies measure(Probe probe, int seconds) throws Exception {
        Latencies latencies = new Latencies();
        long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        while (System.nanoTime() < end) {
            probe.measure(latencies);
        }
        return latencies;
    }

    private static void print(String name, Latencies found, double achieved) {
        System.out.printf(
                Locale.ROOT,
                "%s: %s; %,.0f events/s sent; the longest: %s%n",
                name,
                found.summary(),
                achieved,
                found.worst());
    }

    private static void printAll(List<Latencies> all) {
        List<Figures> figures = QUANTILES.stream()
                .map(quantile -> Figures.of(
                        all.stream().mapToDouble(run -> run.millis(quantile)).toArray()))
                .toList();
        System.out.printf("all runs, median (from – to): p50 %s, p90 %s, p99 %s, max %s ms%n", figures.toArray());
    }
}
