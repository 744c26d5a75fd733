package dev.tidemark.launcher;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.UnavailableException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code tidemark broker}. */
@Command(
        name = "broker",
        description = {
            "Run the deployment's own broker alone, and create the topics of its sources that lack.",
            "Every command with the same config finds it."
        },
        mixinStandardHelpOptions = true)
final class Broker implements Callable<Integer> {

    @ParentCommand
    private Tidemark tidemark;

    @Override
    public Integer call() throws InterruptedException {
        Deployment deployment = tidemark.deployment();
        if (!deployment.kafka().isEmpty()) {
            throw new UnavailableException(
                    "%s names a broker (kafka.bootstrap.servers: %s), so this deployment has none"
                                    .formatted(deployment.file(), deployment.shownBroker())
                            + " of its own: leave `kafka` out, or use that one");
        }
        try (Lifetime lifetime = new Lifetime()) {
            Platform platform = new Platform(deployment, Installation.find(), lifetime);
            return platform.runBroker();
        }
    }
}
