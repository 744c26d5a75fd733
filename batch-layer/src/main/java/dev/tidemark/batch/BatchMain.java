package dev.tidemark.batch;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.deployment.InvalidDeploymentException;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.view.Json;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * The batch layer as a process: {@code check}, {@code references}, {@code archive}, {@code import},
 * {@code recompute}, {@code advance}, {@code replay}, {@code reconcile} and {@code publications}.
 *
 * <p>Exit codes: 0; 1 failed, with what is wrong on stderr; 2 wrong usage; 3 unexplained drift; 4 lost a race against another run, so try
 * again; 130 or 143 after Ctrl-C or SIGTERM, which leave nothing half done since every commit is one file.
 */
@Command(
        name = "tidemark",
        description = "The batch layer: archive topics, recompute views from the archive, publish.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            CheckCommand.class,
            ReferencesCommand.class,
            ArchiveCommand.class,
            ImportCommand.class,
            RecomputeCommand.class,
            AdvanceCommand.class,
            ReplayCommand.class,
            ReconcileCommand.class,
            PublicationsCommand.class
        })
public final class BatchMain implements Runnable {

    private static final int FAILED = 1;
    private static final int LOST_RACE = 4;
    static final int UNEXPLAINED_DRIFT = 3;
    private static final AtomicBoolean STOPPING = new AtomicBoolean();

    /** How a command's result is printed. */
    enum Output {
        text,
        json
    }

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "The deployment's file; default: tidemark.yaml.")
    private Path config = Path.of("tidemark.yaml");

    @Option(
            names = "--output",
            paramLabel = "text|json",
            scope = ScopeType.INHERIT,
            description = "json: the last line of the output is the result as JSON.")
    private Output output = Output.text;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    public static void main(String[] args) {
        System.setProperty(
                "log4j2.configurationFile", System.getProperty("log4j2.configurationFile", "log4j2-batch.properties"));
        Runtime.getRuntime().addShutdownHook(new Thread(BatchMain::stop, "batch-shutdown"));
        int status = run(args);
        // A signal's status stands: ending again would wait for its own end.
        if (!STOPPING.get()) {
            System.exit(status);
        }
    }

    /** Spark's threads die noisily when the process is told to end; that is no failure. */
    private static void stop() {
        STOPPING.set(true);
        Configurator.setAllLevels("", Level.OFF);
        // Scala's futures do not log what they die of.
        System.setErr(new PrintStream(OutputStream.nullOutputStream()));
    }

    /** Runs a command in this process; the exit status comes back. */
    public static int run(String... args) {
        return new CommandLine(new BatchMain())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, command, parsed) -> failed(failure))
                .execute(args);
    }

    private static int failed(Exception failure) {
        if (STOPPING.get()) {
            return FAILED;
        }
        int status = complain(failure);
        for (Throwable other : failure.getSuppressed()) {
            complain(other);
        }
        return status;
    }

    /** Says on stderr what is wrong; the exit status of it comes back. */
    private static int complain(Throwable failure) {
        Throwable known =
                UnavailableException.of(failure).<Throwable>map(found -> found).orElse(failure);
        if (isExpected(known)) {
            System.err.println(known.getMessage());
        } else {
            System.err.println("failed: " + failure);
            failure.printStackTrace();
        }
        return failure instanceof LostRaceException ? LOST_RACE : FAILED;
    }

    private static boolean isExpected(Throwable failure) {
        return failure instanceof RefusedException
                || failure instanceof LostRaceException
                || failure instanceof UnavailableException
                || failure instanceof InvalidDeploymentException;
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(),
                "a command is missing: check, references, archive, import, recompute, advance, replay, reconcile or"
                        + " publications");
    }

    /** The deployment that the user names. */
    Deployment deployment() {
        return DeploymentLoader.load(config);
    }

    /** The same as far as it could be read, with what is wrong. */
    DeploymentLoader.Found found() {
        return DeploymentLoader.read(config);
    }

    /** Tells the user how far a run has come. */
    Progress progress() {
        return System.out::println;
    }

    /** Does what needs Spark, and prints its result for scripts, if they want it, with the bytes that were read and written. */
    <T> T compute(Deployment deployment, Function<BatchSpark, T> work) {
        BatchSpark spark = new BatchSpark(deployment);
        T result;
        try (spark) {
            result = work.apply(spark);
        }
        print(result, spark.transferred());
        return result;
    }

    /** Prints the result for scripts, if they want it, with the bytes that were read and written for it. */
    void print(Object result, Transfers.Bytes bytes) {
        if (output == Output.json) {
            System.out.println(Json.write(result, Map.of("bytes", bytes)));
        }
    }

    /** Prints the result for scripts, if they want it. */
    void print(Object result) {
        if (output == Output.json) {
            System.out.println(Json.write(result));
        }
    }
}
