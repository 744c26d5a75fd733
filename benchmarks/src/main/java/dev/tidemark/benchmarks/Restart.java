package dev.tidemark.benchmarks;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How long serving and the speed layer take to come back as the tail since the last cut grows. */
@Command(
        name = "restart",
        mixinStandardHelpOptions = true,
        description = "How long a restart takes after kill -9 as the tail since the last cut grows.")
final class Restart implements Callable<Integer> {

    private static final int PARTITIONS = 3;

    /** Events that come while the speed layer is away. */
    private static final int NEW = 100;

    private static final Duration QUIET = Duration.ofSeconds(3);

    @Option(
            names = "--tails",
            split = ",",
            description = "events since the cut, ascending (default: ${DEFAULT-VALUE})",
            defaultValue = "100000,1000000,3000000")
    private List<Long> tails;

    @Option(
            names = "--rate",
            description = "events a second of their event time (default: ${DEFAULT-VALUE})",
            defaultValue = "8000")
    private double rate;

    @Option(names = "--runs", description = "restarts at each tail (default: ${DEFAULT-VALUE})")
    private int runs = 3;

    @Option(names = "--ids", description = "count orders and clicks once by their ids, as the shop does payments")
    private boolean ids;

    @Override
    public Integer call() throws Exception {
        try (TestBed bed = new TestBed(Optional.empty())) {
            if (ids) {
                bed.countOnceByIds();
            }
            bed.startBroker(PARTITIONS);
            long most = tails.get(tails.size() - 1);
            Duration length = Duration.ofMillis((long) (1e3 * most / rate));
            ShopHistory history = new ShopHistory(bed.deployment(), most, length);
            for (long tail : tails) {
                history.sendUpTo(tail);
                measure(bed, history, tail);
            }
        }
        return 0;
    }

    private void measure(TestBed bed, ShopHistory history, long tail) throws Exception {
        double[] streaming = new double[runs];
        double[] emitting = new double[runs];
        TestBed.Running speed = bed.startSpeed();
        try (IncrementsHead head = new IncrementsHead(bed.deployment())) {
            speed.awaitWords("speed ready");
            head.awaitAll();
            for (int run = 0; run < runs; run++) {
                speed.kill();
                history.sendUpTo(tail + (run + 1L) * NEW);
                long began = System.nanoTime();
                speed = bed.startSpeed();
                speed.awaitWords("speed ready");
                streaming[run] = (System.nanoTime() - began) / 1e9;
                head.awaitAll();
                emitting[run] = (System.nanoTime() - began) / 1e9;
            }
        }
        double[] folding = new double[runs];
        double[] spooled = new double[runs];
        for (int run = 0; run < runs; run++) {
            TestBed.delete(bed.deployment().servingFolder(bed.deployment().servingPort()));
            folding[run] = startServing(bed);
            spooled[run] = startServing(bed);
        }
        speed.stop();
        System.out.printf(
                Locale.ROOT,
                "a tail of %,d events: serving %s s without a spool, %s s with it; speed %s s until it streams, %s s until it"
                        + " has emitted what came meanwhile; median (from – to) of %d%n",
                tail,
                Figures.of(folding),
                Figures.of(spooled),
                Figures.of(streaming),
                Figures.of(emitting),
                runs);
    }

    /** How long it takes to be ready; killed once it has spooled what it will. */
    private static double startServing(TestBed bed) throws Exception {
        long began = System.nanoTime();
        TestBed.Running serving = bed.startServing();
        serving.awaitWords("serving ready");
        double seconds = (System.nanoTime() - began) / 1e9;
        awaitSpool(new Serving(bed.deployment()));
        serving.kill();
        return seconds;
    }

    private static void awaitSpool(Serving asked) throws Exception {
        List<String> before = List.of();
        while (true) {
            List<String> spooled = asked.spooled();
            if (spooled.equals(before)) {
                System.out.println("spool: " + spooled);
                return;
            }
            before = spooled;
            LockSupport.parkNanos(QUIET.toNanos());
        }
    }
}
