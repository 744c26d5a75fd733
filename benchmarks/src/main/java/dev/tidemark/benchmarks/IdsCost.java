package dev.tidemark.benchmarks;

import dev.tidemark.benchmarks.ids.RememberedIds;
import dev.tidemark.launcher.Installation;
import dev.tidemark.launcher.Layer;
import dev.tidemark.schema.SeenIds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What an id that counts once costs in memory, on disk and in time: where all are in memory, and where most are on disk. */
@Command(
        name = "ids",
        mixinStandardHelpOptions = true,
        description = "What an id that counts once costs, in memory and on local disk.")
final class IdsCost implements Callable<Integer> {

    /** So that what the process takes beside its heap can be told. */
    private static final String WHOLE_HEAP = "-Xms2g -XX:+AlwaysPreTouch";

    @Option(
            names = "--ids",
            split = ",",
            description = "how many ids a partition remembers (default: ${DEFAULT-VALUE})")
    private int[] ids = {1_000_000, 10_000_000};

    @Option(names = "--runs", description = "runs of each (default: ${DEFAULT-VALUE})")
    private int runs = 3;

    @Override
    public Integer call() throws Exception {
        System.out.println(RememberedIds.header());
        for (int number : ids) {
            for (int run = 0; run < runs; run++) {
                remember(number, number + RememberedIds.REPEATS);
            }
            for (int run = 0; run < runs && number > SeenIds.IN_MEMORY; run++) {
                remember(number, SeenIds.IN_MEMORY);
            }
        }
        return 0;
    }

    private static void remember(int number, int inMemory) throws Exception {
        Installation installation = Installation.find();
        Path classes = installation.home().resolve("benchmarks/target/classes");
        Path folder = Files.createTempDirectory("tidemark-benchmark-");
        List<String> arguments = List.of(String.valueOf(number), String.valueOf(inMemory), folder.toString());
        ProcessBuilder process = Layer.BATCH.process(installation, classes, RememberedIds.class.getName(), arguments);
        process.environment().put("JDK_JAVA_OPTIONS", WHOLE_HEAP);
        process.redirectOutput(ProcessBuilder.Redirect.INHERIT);
        Process run = process.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        if (run.waitFor() != 0) {
            throw new IllegalStateException("the process has failed with exit code " + run.exitValue());
        }
        TestBed.delete(folder);
    }
}
