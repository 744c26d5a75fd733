package dev.tidemark.batch;

import dev.tidemark.deployment.Deployment;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code advance}: moves the published cut by merging what was archived since into the days that it touches. */
@Command(
        name = "advance",
        description = {
            "Merge what was archived since the published cut into the days that it touches, and publish.",
            "The cut moves; a day is not computed anew, so this is for every few minutes. What is published is gone on"
                    + " with: changed views wait for `recompute` or a replay."
        },
        mixinStandardHelpOptions = true)
final class AdvanceCommand implements Runnable {

    @ParentCommand
    private BatchMain batch;

    @Override
    public void run() {
        Deployment deployment = batch.deployment();
        batch.compute(deployment, spark -> new Recompute(deployment, spark, batch.progress()).advance());
    }
}
