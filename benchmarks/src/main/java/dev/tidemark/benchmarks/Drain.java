package dev.tidemark.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How fast each layer takes in events that are there already: the speed layer, the fold, the archive, the recompute. */
@Command(
        name = "drain",
        mixinStandardHelpOptions = true,
        description = "How fast each layer takes in events that are there already.")
final class Drain implements Callable<Integer> {

    @Option(names = "--events", description = "events (default: ${DEFAULT-VALUE})")
    private long events = 3_000_000;

    @Option(names = "--days", description = "over how many days they spread (default: ${DEFAULT-VALUE})")
    private int days = 3;

    @Option(names = "--partitions", description = "partitions of each topic (default: ${DEFAULT-VALUE})")
    private int partitions = 3;

    @Option(names = "--runs", description = "runs (default: ${DEFAULT-VALUE})")
    private int runs = 3;

    @Option(
            names = "--margins",
            description = "two further views of margins: constant, or joined from a reference table; without, none")
    private Optional<Margins> margins = Optional.empty();

    @Override
    public Integer call() throws Exception {
        Map<String, List<Double>> seconds = new LinkedHashMap<>();
        for (int run = 1; run <= runs; run++) {
            System.out.println("run " + run);
            drain(seconds);
        }
        System.out.printf(
                Locale.ROOT,
                "%,d events, %d partitions a topic, %d runs: median (from – to)%n",
                events,
                partitions,
                runs);
        seconds.forEach(this::print);
        return 0;
    }

    private void drain(Map<String, List<Double>> seconds) throws Exception {
        try (TestBed bed = new TestBed(Optional.empty())) {
            if (margins.isPresent()) {
                margins.get().addTo(bed);
            }
            bed.startBroker(partitions);
            double sent = new ShopHistory(bed.deployment(), events, days).sendUpTo(events);
            note(seconds, "generating and sending", sent);
            speed(bed, seconds);
            TestBed.Running serving = bed.startServing();
            note(seconds, "serving: start and fold", secondsUntil(() -> serving.awaitWords("serving ready")));
            serving.stop();
            TestBed.Run archive = bed.batch("archive");
            note(seconds, "archive, with its process", archive.seconds());
            TestBed.Run recompute = bed.batch("recompute");
            note(seconds, "recompute, with its process", recompute.seconds());
            System.out.println("  recompute by stage: " + recompute.report().get("seconds"));
        }
    }

    private static void speed(TestBed bed, Map<String, List<Double>> seconds) throws Exception {
        TestBed.Running speed = bed.startSpeed();
        try (IncrementsHead head = new IncrementsHead(bed.deployment())) {
            note(seconds, "speed: start until the first increment", secondsUntil(head::awaitSome));
            note(seconds, "speed: from the first increment to the last", secondsUntil(head::awaitAll));
        }
        speed.stop();
    }

    private interface Step {
        void run() throws Exception;
    }

    private static double secondsUntil(Step step) throws Exception {
        long began = System.nanoTime();
        step.run();
        return (System.nanoTime() - began) / 1e9;
    }

    private static void note(Map<String, List<Double>> seconds, String what, double took) {
        seconds.computeIfAbsent(what, each -> new ArrayList<>()).add(took);
        System.out.printf(Locale.ROOT, "  %s: %.1f s%n", what, took);
    }

    private void print(String what, List<Double> seconds) {
        Figures took = Figures.of(seconds.stream().mapToDouble(each -> each).toArray());
        System.out.printf(Locale.ROOT, "%s: %s s; %,.0f events/s%n", what, took, events / took.median());
    }
}
