package dev.tidemark.benchmarks;

import dev.tidemark.deployment.Deployment;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What a burst, a serving layer that stands still, and a slow broker do to the processes' memory and to freshness, and how
 * soon each is over. Processes are stopped and continued by signals, so it runs on Linux.
 */
@Command(
        name = "pressure",
        mixinStandardHelpOptions = true,
        description =
                "A burst, a serving layer that stands still, a slow broker: memory, lag, and the time to catch up.")
final class Pressure implements Callable<Integer> {

    private static final int PARTITIONS = 3;
    private static final Duration STILL = Duration.ofMillis(200);

    @Option(names = "--rate", description = "the usual events a second (default: ${DEFAULT-VALUE})")
    private int rate = 400;

    @Option(names = "--burst", description = "how many times the usual rate a burst has (default: ${DEFAULT-VALUE})")
    private int burst = 20;

    @Option(names = "--seconds", description = "how long each lasts (default: ${DEFAULT-VALUE})")
    private int seconds = 60;

    @Option(names = "--warm-up", description = "seconds before the first (default: ${DEFAULT-VALUE})")
    private int warmUp = 90;

    @Override
    public Integer call() throws Exception {
        try (TestBed bed = new TestBed(Optional.empty())) {
            Map<String, Process> processes = new LinkedHashMap<>();
            processes.put("broker", bed.startBroker(PARTITIONS).process());
            TestBed.Running speed = bed.startSpeed();
            TestBed.Running serving = bed.startServing();
            speed.awaitWords("speed ready");
            serving.awaitWords("serving ready");
            processes.put("speed", speed.process());
            processes.put("serving", serving.process());
            Deployment deployment = bed.deployment();
            try (Load usual = new Load(deployment, rate);
                    Watched watched = new Watched(processes, new Serving(deployment))) {
                pass(warmUp);
                print("%,d events/s".formatted(rate), watched, 0);
                burst(deployment, watched);
                standStill(processes.get("serving"), watched);
                slow(processes.get("broker"), watched);
            }
        }
        return 0;
    }

    private void burst(Deployment deployment, Watched watched) throws Exception {
        try (Load more = new Load(deployment, rate * (burst - 1))) {
            pass(seconds);
        }
        print("%d times as many for %d s".formatted(burst, seconds), watched, watched.awaitFresh());
    }

    private void standStill(Process serving, Watched watched) throws Exception {
        signal("STOP", serving);
        pass(seconds);
        signal("CONT", serving);
        print("the serving layer stopped for %d s".formatted(seconds), watched, watched.awaitFresh());
    }

    private void slow(Process broker, Watched watched) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        while (System.nanoTime() < end) {
            signal("STOP", broker);
            LockSupport.parkNanos(STILL.toNanos());
            signal("CONT", broker);
            LockSupport.parkNanos(STILL.toNanos());
        }
        String what = "the broker stopped every other %d ms for %d s".formatted(STILL.toMillis(), seconds);
        print(what, watched, watched.awaitFresh());
    }

    private static void pass(int seconds) throws InterruptedException {
        Thread.sleep(Duration.ofSeconds(seconds).toMillis());
    }

    private static void signal(String name, Process process) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
    }

    private static void print(String what, Watched watched, double caughtUp) {
        System.out.printf(Locale.ROOT, "%s: %s; fresh again after %.1f s%n", what, watched.most(), caughtUp);
    }
}
