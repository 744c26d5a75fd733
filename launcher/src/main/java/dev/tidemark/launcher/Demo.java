package dev.tidemark.launcher;

import dev.tidemark.deployment.DeploymentLoader;
import java.nio.file.Path;
import java.util.List;
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
            "Run an example from nothing: a broker, some days of history through both layers, then live traffic.",
            "Started again with the same --data, it goes on where it was."
        },
        mixinStandardHelpOptions = true)
final class Demo implements Callable<Integer> {

    /** Live events a second, unless the user says otherwise. */
    static final double DEFAULT_RATE = 200;

    private static final String FOLDER = ".tidemark/demo";
    private static final int LARGEST_PORT = 65_535;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--example",
            paramLabel = "NAME",
            description = "The example: shop (the default), or flights, which are real.")
    private String name = Example.all().get(0).name();

    @Option(names = "--port", paramLabel = "N", description = "The port of the HTTP API; default: 8686.")
    private Optional<Integer> port = Optional.empty();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "Where the demo keeps everything, here by default: " + FOLDER + "/NAME. Delete it to start over.")
    private Optional<Path> data = Optional.empty();

    @Option(names = "--rate", paramLabel = "N", description = "Live events a second; default: ${DEFAULT-VALUE}.")
    private double rate = DEFAULT_RATE;

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
        Path config = new ExampleFolder(example, installation.example(name), directory).install(port);
        try (Lifetime lifetime = new Lifetime()) {
            new DemoRun(example, DeploymentLoader.load(config), rate, installation, lifetime).play();
            return 0;
        }
    }

    private ParameterException noSuchExample() {
        List<String> names = Example.all().stream().map(Example::name).toList();
        return new ParameterException(
                spec.commandLine(), "--example is '%s'; there are: %s".formatted(name, String.join(", ", names)));
    }
}
