package dev.tidemark.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How long serving and the speed layer take to come back as the tail since the last cut grows. */
@Command(
        name = "restart",
        mixinStandardHelpOptions = true,
        description = "How long a restart takes as the tail since the last cut grows.")
final class Restart implements Callable<Integer> {

    private static final int PARTITIONS = 3;
    private static final int DAYS = 1;

    @Option(
            names = "--tails",
            split = ",",
            description = "events since the cut, ascending (default: ${DEFAULT-VALUE})",
            defaultValue = "100000,1000000,3000000")
    private List<Long> tails;

    @Option(names = "--runs", description = "restarts at each tail (default: ${DEFAULT-VALUE})")
    private int runs = 3;

    @Override
    public Integer call() throws Exception {
        try (TestBed bed = new TestBed(Optional.empty())) {
            bed.startBroker(PARTITIONS);
            ShopHistory history = new ShopHistory(bed.deployment(), tails.get(tails.size() - 1), DAYS);
            for (long tail : tails) {
                history.sendUpTo(tail);
                measure(bed, tail);
            }
        }
        return 0;
    }

    private void measure(TestBed bed, long tail) throws Exception {
        TestBed.Running speed = bed.startSpeed();
        try (IncrementsHead head = new IncrementsHead(bed.deployment())) {
            speed.awaitWords("speed ready");
            head.awaitAll();
        }
        double[] serving = new double[runs];
        double[] again = new double[runs];
        for (int run = 0; run < runs; run++) {
            speed.stop();
            long began = System.nanoTime();
            speed = bed.startSpeed();
            speed.awaitWords("speed ready");
            again[run] = (System.nanoTime() - began) / 1e9;
            serving[run] = startServing(bed);
        }
        speed.stop();
        System.out.printf(
                Locale.ROOT,
                "a tail of %,d events: serving %s s, speed %s s; median (from – to) of %d%n",
                tail,
                Figures.of(serving),
                Figures.of(again),
                runs);
    }

    private static double startServing(TestBed bed) throws Exception {
        long began = System.nanoTime();
        TestBed.Running serving = bed.startServing();
        serving.awaitWords("serving ready");
        double seconds = (System.nanoTime() - began) / 1e9;
        serving.stop();
        return seconds;
    }
}
