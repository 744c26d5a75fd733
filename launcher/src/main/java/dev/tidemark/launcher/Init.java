package dev.tidemark.launcher;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tidemark init}. */
@Command(
        name = "init",
        description = {
            "Write a small commented deployment that works: a source of orders, a view over it, a few events.",
            "Change it to your own topic."
        },
        mixinStandardHelpOptions = true)
final class Init implements Callable<Integer> {

    private static final int LARGEST_PORT = 65_535;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "The folder, empty or not there yet.")
    private Path folder;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "The deployment's name; default: what the folder's gives.")
    private Optional<String> name = Optional.empty();

    @Option(names = "--port", paramLabel = "N", description = "The port of the HTTP API; default: 8686.")
    private int port = 8686;

    @Option(
            names = "--metrics-port",
            paramLabel = "N",
            description = "That of the speed layer's metrics; default: 8687.")
    private int metricsPort = 8687;

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            description = "The Kafka brokers; without them, `tidemark up` starts one of its own.")
    private Optional<String> bootstrapServers = Optional.empty();

    @Override
    public Integer call() {
        requirePort("--port", port);
        requirePort("--metrics-port", metricsPort);
        if (name.isPresent() && !name.get().matches("[a-z][a-z0-9-]{0,40}")) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--name is '%s'; lower-case letters, digits and - are expected".formatted(name.get()));
        }
        String chosen = name.orElseGet(() -> NewDeployment.nameOf(folder));
        new NewDeployment(chosen, port, metricsPort, bootstrapServers).write(folder);
        PrintWriter out = spec.commandLine().getOut();
        out.println("deployment %s is in %s; there:".formatted(chosen, folder));
        out.println("  tidemark check                                  # are its files right?");
        out.println("  tidemark up                                     # run it; and in another terminal:");
        out.println("  tidemark produce --source orders orders.ndjson");
        out.println("  tidemark query revenue --by region");
        return 0;
    }

    private void requirePort(String option, int number) {
        if (number < 0 || number > LARGEST_PORT) {
            throw new ParameterException(
                    spec.commandLine(),
                    "%s is %d; 0 (any free one) to %d is expected".formatted(option, number, LARGEST_PORT));
        }
    }
}
