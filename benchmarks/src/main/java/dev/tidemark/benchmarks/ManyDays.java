package dev.tidemark.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * A long history: its days are sent and archived one after the other, as a night would, and then recomputed all at once. What
 * it takes of memory is to stay the same however many they are.
 */
@Command(
        name = "days",
        mixinStandardHelpOptions = true,
        description = "How long it takes to archive many days, and to recompute them at once, and in how much memory.")
final class ManyDays implements Callable<Integer> {

    private static final int PARTITIONS = 3;

    @Option(names = "--days", description = "how many days (default: ${DEFAULT-VALUE})")
    private int days = 90;

    @Option(names = "--rate", description = "events a second on average (default: ${DEFAULT-VALUE})")
    private double rate = 10;

    @Override
    public Integer call() throws Exception {
        long events = Math.round(rate * days * 86_400);
        try (TestBed bed = new TestBed(Optional.empty())) {
            bed.startBroker(PARTITIONS);
            ShopHistory history = new ShopHistory(bed.deployment(), events, days);
            List<TestBed.Run> nights = new ArrayList<>();
            double sending = 0;
            for (int day = 1; day <= days; day++) {
                sending += history.sendUpTo(events * day / days);
                nights.add(bed.batch("archive"));
                System.out.printf(
                        Locale.ROOT,
                        "  day %d archived in %.1f s%n",
                        day,
                        last(nights).seconds());
            }
            print("sent", events, sending, "");
            double archiving = nights.stream().mapToDouble(TestBed.Run::seconds).sum();
            print("archived, by a process each", events, archiving, footprint(last(nights)) + " (the last one)");
            TestBed.Run recompute = bed.batch("recompute", "--all");
            print("recomputed", events, recompute.seconds(), footprint(recompute));
            System.out.println("  by stage: " + recompute.report().get("seconds"));
            System.out.printf(Locale.ROOT, "  %,d cells%n", bed.cells());
        }
        return 0;
    }

    private static TestBed.Run last(List<TestBed.Run> runs) {
        return runs.get(runs.size() - 1);
    }

    private static String footprint(TestBed.Run run) {
        return ": " + run.footprint().text(run.seconds());
    }

    private void print(String what, long events, double seconds, String more) {
        System.out.printf(
                Locale.ROOT,
                "%,d events of %d days %s in %.1f s (%,.0f events/s)%s%n",
                events,
                days,
                what,
                seconds,
                events / seconds,
                more);
    }
}
