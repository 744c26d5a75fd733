package dev.tidemark.speed;

import dev.tidemark.compile.InvalidViewsException;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.deployment.InvalidDeploymentException;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.UnavailableException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.KafkaException;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.spark.sql.streaming.StreamingQueryException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The process of the speed layer. Exit codes: 1 failed or refused, with what is wrong on stderr; 2 wrong usage; 75
 * ({@link UnavailableException#EXIT_STATUS}) something is not there that may come back, such as the broker.
 */
@Command(
        name = "speed",
        mixinStandardHelpOptions = true,
        description = "Streams events from their topics into increments, until it is stopped.")
public final class SpeedMain implements Callable<Integer> {

    private static final int FAILED = 1;
    private static final AtomicBoolean STOPPING = new AtomicBoolean();

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
    SpeedTrigger trigger = SpeedTrigger.REALTIME;

    @Option(
            names = "--metrics-host",
            paramLabel = "HOST",
            defaultValue = "${env:TIDEMARK_SPEED_METRICS_HOST:-127.0.0.1}",
            description = "the address to publish metrics at: 0.0.0.0 for all (default: ${DEFAULT-VALUE})")
    String metricsHost;

    public static void main(String[] args) {
        int status = run(args);
        // A signal's status stands: ending again would wait for its own end.
        if (!STOPPING.get()) {
            System.exit(status);
        }
    }

    /** Runs in this process until it is stopped; the exit status comes back. */
    static int run(String... args) {
        return new CommandLine(new SpeedMain())
                .registerConverter(SpeedTrigger.class, SpeedMain::trigger)
                .setExecutionExceptionHandler((failure, command, parsed) -> failed(failure, command.getCommand()))
                .execute(args);
    }

    private static SpeedTrigger trigger(String name) {
        try {
            return SpeedTrigger.parse(name);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.TypeConversionException(e.getMessage());
        }
    }

    private static int failed(Exception failure, SpeedMain main) throws Exception {
        if (STOPPING.get()) {
            return FAILED;
        }
        System.err.println(message(failure, main.config).orElseThrow(() -> failure));
        return UnavailableException.of(failure).isPresent() ? UnavailableException.EXIT_STATUS : FAILED;
    }

    /** What to say of a failure that is none of ours; empty of others. */
    private static Optional<String> message(Exception failure, Path config) {
        if (failure instanceof StreamingQueryException) {
            return Optional.of(
                    "the query has failed: " + rootOf(failure) + "; start it again, and it goes on where it stood");
        }
        if (failure instanceof KafkaException) {
            return Optional.of("the broker cannot be used: " + rootOf(failure).getMessage()
                    + "; see kafka.bootstrap.servers in " + config);
        }
        boolean expected = failure instanceof RefusedException
                || failure instanceof UnavailableException
                || failure instanceof InvalidDeploymentException
                || failure instanceof InvalidViewsException;
        return expected
                ? Optional.of(failure.getMessage())
                : UnavailableException.of(failure).map(Throwable::getMessage);
    }

    private static Throwable rootOf(Throwable failure) {
        return failure.getCause() == null ? failure : rootOf(failure.getCause());
    }

    @Override
    public Integer call() throws Exception {
        Deployment deployment = DeploymentLoader.load(config);
        SpeedLayer layer = new SpeedLayer(deployment, trigger);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(layer), "speed-shutdown"));
        Optional<MetricsServer> server =
                MetricsServer.start(layer.metrics(), metricsHost, deployment.speedMetricsPort());
        try {
            layer.run(() -> System.out.println("speed ready: the query runs (" + trigger + ")"));
            return 0;
        } finally {
            server.ifPresent(MetricsServer::close);
        }
    }

    /** Spark ends the query in a hook of its own, noisily; that is no failure. */
    private static void stop(SpeedLayer layer) {
        STOPPING.set(true);
        Configurator.setAllLevels("", Level.OFF);
        // Scala's futures do not log what they die of.
        System.setErr(new PrintStream(OutputStream.nullOutputStream()));
        layer.close();
    }
}
