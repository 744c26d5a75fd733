package dev.tidemark.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How long it takes from the send of the event that completes a match until its alert is on the topic and at a webhook, under
 * load and with many keys; and how long what sends alerts takes to come back when it is killed.
 */
@Command(
        name = "alerts",
        mixinStandardHelpOptions = true,
        description = "From an event's send to the alert that it completes, on the topic and at a webhook.")
final class Alerts implements Callable<Integer> {

    private static final int PARTITIONS = 3;

    @Option(names = "--rate", description = "events a second, 0 for none (default: ${DEFAULT-VALUE})")
    private int rate = 2_000;

    @Option(names = "--keys", description = "keys with a step event (default: ${DEFAULT-VALUE})")
    private int keys = 100_000;

    @Option(names = "--warm-up", description = "seconds before the first run (default: ${DEFAULT-VALUE})")
    private int warmUp = 90;

    @Option(names = "--seconds", description = "seconds a run (default: ${DEFAULT-VALUE})")
    private int seconds = 60;

    @Option(names = "--runs", description = "runs, and restarts (default: ${DEFAULT-VALUE})")
    private int runs = 3;

    @Option(names = "--recover", description = "also kill it and measure its restart")
    private boolean recover;

    @Override
    public Integer call() throws Exception {
        try (TestBed bed = new TestBed(Optional.empty())) {
            int port = CardTests.addWebhook(bed);
            bed.startBroker(PARTITIONS);
            bed.startSpeed().awaitWords("speed ready");
            bed.startServing().awaitWords("serving ready");
            TestBed.Running alerts = bed.startAlerts();
            alerts.awaitWords("alerts ready");
            try (CardTests probe = new CardTests(bed.deployment(), port)) {
                probe.know(keys);
                probe.awaitAlert();
                System.out.printf(
                        Locale.ROOT,
                        "%,d keys: %,d MB of live objects%n",
                        keys,
                        Serving.liveBytes(alerts.process()) >> 20);
                if (rate > 0) {
                    underLoad(bed, probe);
                    System.out.printf(
                            Locale.ROOT,
                            "in the end: %,d MB of live objects%n",
                            Serving.liveBytes(alerts.process()) >> 20);
                }
                if (recover) {
                    restart(bed, probe, alerts);
                }
            }
        }
        return 0;
    }

    private void underLoad(TestBed bed, CardTests probe) throws Exception {
        try (Load load = new Load(bed.deployment(), rate)) {
            System.out.printf(Locale.ROOT, "%,d events/s; %d s to warm up%n", rate, warmUp);
            measure(probe, warmUp);
            List<List<Latencies>> all = new ArrayList<>();
            for (int run = 1; run <= runs; run++) {
                long before = load.sent();
                List<Latencies> found = measure(probe, seconds);
                for (int way = 0; way < found.size(); way++) {
                    print("run " + run + ", " + CardTests.ways().get(way), found.get(way));
                }
                System.out.printf(Locale.ROOT, "%,.0f events/s sent%n", (load.sent() - before) / (double) seconds);
                all.add(found);
            }
            for (int way = 0; way < CardTests.ways().size(); way++) {
                int number = way;
                List<Latencies> ofWay = all.stream().map(run -> run.get(number)).toList();
                System.out.printf(
                        "all runs, %s, median (from – to): p50 %s, p99 %s, max %s ms%n",
                        CardTests.ways().get(way), figures(ofWay, 0.5), figures(ofWay, 0.99), figures(ofWay, 1));
            }
        }
    }

    private static Figures figures(List<Latencies> runs, double quantile) {
        return Figures.of(runs.stream().mapToDouble(run -> run.millis(quantile)).toArray());
    }

    private static List<Latencies> measure(CardTests probe, int seconds) throws Exception {
        List<Latencies> found = List.of(new Latencies(), new Latencies());
        long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        while (System.nanoTime() < end) {
            probe.measure(found.get(0), found.get(1));
        }
        return found;
    }

    private static void print(String name, Latencies found) {
        System.out.printf("%s: %s; the longest: %s%n", name, found.summary(), found.worst());
    }

    /** A match that is completed while nobody watches is told of once it is back. */
    private void restart(TestBed bed, CardTests probe, TestBed.Running first) throws Exception {
        TestBed.Running alerts = first;
        double[] ready = new double[runs];
        double[] told = new double[runs];
        for (int run = 0; run < runs; run++) {
            alerts.kill();
            String customer = probe.sendPair();
            long began = System.nanoTime();
            alerts = bed.startAlerts();
            alerts.awaitWords("alerts ready");
            ready[run] = (System.nanoTime() - began) / 1e9;
            probe.await(customer);
            told[run] = (System.nanoTime() - began) / 1e9;
        }
        System.out.printf(
                "%d restarts: %s s until it is ready, %s s until it has told of what came meanwhile%n",
                runs, Figures.of(ready), Figures.of(told));
    }
}
