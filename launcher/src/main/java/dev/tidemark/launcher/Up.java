package dev.tidemark.launcher;

import dev.tidemark.deployment.Deployment;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code tidemark up}. */
@Command(
        name = "up",
        description = {
            "Run the deployment: the broker (unless the config names one), the speed and the serving layer.",
            "A process that ends is started again; Ctrl-C stops them all."
        },
        mixinStandardHelpOptions = true)
final class Up implements Callable<Integer> {

    private static final Set<String> TRIGGERS = Set.of("realtime", "micro-batch");

    @Spec
    private CommandSpec spec;

    @ParentCommand
    private Tidemark tidemark;

    @Option(
            names = "--trigger",
            paramLabel = "realtime|micro-batch",
            description = "How the speed layer runs; default: realtime.")
    private Optional<String> trigger = Optional.empty();

    @Override
    public Integer call() throws InterruptedException {
        if (trigger.isPresent() && !TRIGGERS.contains(trigger.get())) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--trigger is '%s'; realtime or micro-batch is expected".formatted(trigger.get()));
        }
        try (Lifetime lifetime = new Lifetime()) {
            Platform platform = new Platform(tidemark.deployment(), Installation.find(), lifetime);
            Deployment deployment = platform.loadReferences();
            DefinitionSwitch definitions = new DefinitionSwitch(deployment, platform);
            definitions.announce();
            platform.startBroker();
            platform.createTopics();
            platform.startLayers(trigger.map(name -> List.of("--trigger", name)).orElse(List.of()));
            platform.awaitReady();
            Output.say("%s is up at %s/, a page of its views; try too: curl %s/v1/views"
                    .formatted(deployment.name(), platform.address(), platform.address()));
            definitions.begin();
            platform.supervise();
            return 0;
        }
    }
}
