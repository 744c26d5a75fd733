package dev.tidemark.launcher;

import dev.tidemark.deployment.Deployment;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code tidemark up}. */
@Command(
        name = "up",
        description = {
            "Run the deployment: the broker (unless the config names one), the speed and the serving layer.",
            "A process that ends is started again; Ctrl-C stops them all."
        },
        mixinStandardHelpOptions = true)
final class Up implements Callable<Integer> {

    @ParentCommand
    private Tidemark tidemark;

    @Option(
            names = "--trigger",
            paramLabel = "realtime|micro-batch",
            description = "How the speed layer runs; default: realtime.")
    private String trigger;

    @Override
    public Integer call() throws InterruptedException {
        Deployment deployment = tidemark.deployment();
        try (Lifetime lifetime = new Lifetime()) {
            Platform platform = new Platform(deployment, Installation.find(), lifetime);
            platform.startBroker();
            platform.createTopics();
            platform.startLayers(trigger == null ? List.of() : List.of("--trigger", trigger));
            platform.awaitReady();
            Output.say("%s is up at %s; try: curl %s/v1/views"
                    .formatted(deployment.name(), platform.address(), platform.address()));
            platform.supervise();
            return 0;
        }
    }
}
