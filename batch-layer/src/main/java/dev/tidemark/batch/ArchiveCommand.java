package dev.tidemark.batch;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.UnavailableException;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code archive}: appends the topics to the master dataset. */
@Command(
        name = "archive",
        description = "Append the sources' topics to the master dataset.",
        mixinStandardHelpOptions = true)
final class ArchiveCommand implements Runnable {

    private static final Duration PAUSE = Duration.ofSeconds(10);

    @ParentCommand
    private BatchMain batch;

    @Option(names = "--continuous", description = "Go on until stopped, with an append every ten seconds.")
    private boolean continuous;

    @Option(
            names = "--accept-missing",
            description = "Go on where retention has deleted records before they were archived, and record the gap.")
    private boolean acceptMissing;

    @Override
    public void run() {
        Deployment deployment = batch.deployment();
        if (continuous) {
            runContinuously(deployment);
        } else {
            batch.compute(
                    deployment, spark -> new Report(archive(deployment, spark).run()));
        }
    }

    /** What a run did, source by source. */
    record Report(List<Archive.Archived> sources) {}

    private Archive archive(Deployment deployment, BatchSpark spark) {
        return new Archive(deployment, spark, batch.progress(), acceptMissing);
    }

    private void runContinuously(Deployment deployment) {
        try (BatchSpark spark = new BatchSpark(deployment)) {
            new ContinuousArchive(
                            archive(deployment, spark),
                            PAUSE,
                            done -> batch.print(new Report(done), spark.transferred()),
                            System.err::println)
                    .run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("interrupted");
        }
    }
}
