package dev.tidemark.benchmarks;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How long it takes from an event's send until an HTTP answer counts it, under load, on a deployment of the flights that
 * runs already ({@code tidemark up}). Load, probe and the measured processes are JVMs of their own.
 */
@Command(
        name = "freshness",
        mixinStandardHelpOptions = true,
        description = "Measures from an event's send to its appearance in an HTTP answer.")
public final class Freshness implements Callable<Integer> {

    private static final double MILLION = 1e6;

    @Option(
            names = {"-c", "--config"},
            description = "the running deployment (default: ${DEFAULT-VALUE})")
    Path config = Path.of("tidemark.yaml");

    @Option(names = "--rate", description = "events a second (default: ${DEFAULT-VALUE})")
    int rate = 2_000;

    @Option(names = "--warm-up", description = "seconds before the first run (default: ${DEFAULT-VALUE})")
    int warmUp = 120;

    @Option(names = "--seconds", description = "seconds a run (default: ${DEFAULT-VALUE})")
    int seconds = 60;

    @Option(names = "--runs", description = "runs (default: ${DEFAULT-VALUE})")
    int runs = 3;

    public static void main(String[] args) {
        System.exit(new CommandLine(new Freshness()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Deployment deployment = DeploymentLoader.load(config);
        try (Load load = new Load(deployment, rate);
                Probe probe = new Probe(deployment)) {
            System.out.printf(Locale.ROOT, "%d events/s; %d s to warm up%n", rate, warmUp);
            measure(probe, warmUp);
            for (int run = 1; run <= runs; run++) {
                long before = load.sent();
                List<Long> nanos = measure(probe, seconds);
                double achieved = (load.sent() - before) / (double) seconds;
                print("run " + run, nanos, achieved);
            }
        }
        return 0;
    }

    private static List<Long> measure(Probe probe, int seconds) throws Exception {
        List<Long> nanos = new ArrayList<>();
        long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        while (System.nanoTime() < end) {
            nanos.add(probe.nanosUntilCounted());
        }
        nanos.sort(null);
        return nanos;
    }

    private static void print(String name, List<Long> sorted, double achieved) {
        System.out.printf(
                Locale.ROOT,
                "%s: p50 %.1f, p90 %.1f, p99 %.1f, max %.1f ms over %d probes; %.0f events/s sent%n",
                name,
                quantile(sorted, 0.5),
                quantile(sorted, 0.9),
                quantile(sorted, 0.99),
                quantile(sorted, 1),
                sorted.size(),
                achieved);
    }

    private static double quantile(List<Long> sorted, double q) {
        return sorted.get((int) Math.min(sorted.size() - 1, Math.floor(q * sorted.size()))) / MILLION;
    }
}
