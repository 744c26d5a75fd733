package dev.tidemark.speed;

import dev.tidemark.compile.InvalidViewsException;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.deployment.InvalidDeploymentException;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.UnavailableException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The process of the speed layer. */
@Command(
        name = "speed",
        mixinStandardHelpOptions = true,
        description = "Streams events from their topics into increments, until it is stopped.")
public final class SpeedMain implements Callable<Integer> {

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "the deployment (default: ${DEFAULT-VALUE})")
    Path config = Path.of("tidemark.yaml");

    @Option(
            names = "--trigger",
            paramLabel = "TRIGGER",
            description =
                    "realtime: each event as it arrives; micro-batch: in small batches (default: ${DEFAULT-VALUE})")
    String trigger = "realtime";

    public static void main(String[] args) {
        CommandLine command = new CommandLine(new SpeedMain());
        command.setExecutionExceptionHandler((e, commandLine, parsed) -> failed(e));
        System.exit(command.execute(args));
    }

    private static int failed(Exception e) throws Exception {
        boolean expected = e instanceof RefusedException
                || e instanceof UnavailableException
                || e instanceof InvalidDeploymentException
                || e instanceof InvalidViewsException
                || e instanceof IllegalArgumentException;
        if (!expected) {
            throw e;
        }
        System.err.println(e.getMessage());
        return 1;
    }

    @Override
    public Integer call() throws Exception {
        SpeedLayer layer = new SpeedLayer(DeploymentLoader.load(config), trigger);
        Runtime.getRuntime().addShutdownHook(new Thread(layer::close));
        layer.run(() -> System.out.println("speed ready: the query runs (" + trigger + ")"));
        return 0;
    }
}
