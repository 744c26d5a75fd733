package dev.tidemark.launcher;

import dev.tidemark.deployment.DeploymentLoader;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tidemark demo}. */
@Command(
        name = "demo",
        description = {
            "Run an example from nothing: a broker, a week of history through both layers, then live traffic.",
            "Started again with the same --data, it goes on where it was."
        },
        mixinStandardHelpOptions = true)
final class Demo implements Callable<Integer> {

    private static final String FOLDER = ".tidemark/demo";
    private static final int LARGEST_PORT = 65_535;

    @Spec
    private CommandSpec spec;

    @Option(names = "--example", paramLabel = "NAME", description = "The example; there is: flights (the default).")
    private String name = Example.FLIGHTS.name();

    @Option(names = "--port", paramLabel = "N", description = "The port of the HTTP API; default: 8686.")
    private Optional<Integer> port = Optional.empty();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "Where the demo keeps everything, here by default: " + FOLDER + "/NAME. Delete it to start over.")
    private Optional<Path> data = Optional.empty();

    @Option(names = "--rate", paramLabel = "N", description = "Live events a second; default: ${DEFAULT-VALUE}.")
    private double rate = 200;

    @Override
    public Integer call() throws InterruptedException {
        Example example = Example.of(name).orElseThrow(this::noSuchExample);
        if (rate <= 0) {
            throw new ParameterException(spec.commandLine(), "--rate is " + rate + "; a number above 0 is expected");
        }
        if (port.filter(number -> number < 1 || number > LARGEST_PORT).isPresent()) {
            throw new ParameterException(
                    spec.commandLine(), "--port is " + port.get() + "; 1 to " + LARGEST_PORT + " is expected");
        }
        Installation installation = Installation.find();
        Path directory =
                data.orElseGet(() -> Path.of(FOLDER, name)).toAbsolutePath().normalize();
        Output.say("the example " + name + " in " + directory + " (delete it to start over)");
        Path config = example.install(installation.example(name), directory, port);
        try (Lifetime lifetime = new Lifetime()) {
            new DemoRun(example, DeploymentLoader.load(config), rate, installation, lifetime).play();
            return 0;
        }
    }

    private ParameterException noSuchExample() {
        return new ParameterException(
                spec.commandLine(),
                name.equals("shop")
                        ? "the example shop comes with a later release; this one has: flights"
                        : "--example is '" + name + "'; there is: flights");
    }
}
