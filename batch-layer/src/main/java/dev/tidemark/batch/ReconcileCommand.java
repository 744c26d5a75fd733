package dev.tidemark.batch;

import dev.tidemark.deployment.Deployment;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code reconcile}: looks at the publications for drift between the layers. */
@Command(
        name = "reconcile",
        description = {
            "Compare what was answered just before each publication's cut passed with what batch makes of the same events.",
            "What differs is in the Delta table drift, with its cause; exit code 3 if nothing explains it."
        },
        mixinStandardHelpOptions = true)
final class ReconcileCommand implements Callable<Integer> {

    @ParentCommand
    private BatchMain batch;

    @Override
    public Integer call() {
        Deployment deployment = batch.deployment();
        Reconciliation.Report report =
                batch.compute(deployment, spark -> new Reconciliation(deployment, spark, batch.progress()).run());
        return report.unexpected() > 0 ? BatchMain.UNEXPLAINED_DRIFT : 0;
    }
}
