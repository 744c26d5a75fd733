package dev.tidemark.launcher;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.deployment.InvalidDeploymentException;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.UnavailableException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command {@code tidemark}. Exit codes: 0 done, 1 failed (with the reason on stderr), 2 wrong usage; 3 (unexplained
 * drift) and 4 (lost a race for a publication) come from the batch layer.
 */
@Command(
        name = "tidemark",
        description = "A Lambda-architecture analytics platform whose layers meet at Kafka offsets.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:failed; the reason is on stderr",
            "2:wrong usage",
            "3:unexplained drift between the layers",
            "4:lost a race for a publication; try again"
        },
        subcommands = {
            Demo.class,
            Init.class,
            Doctor.class,
            Up.class,
            Broker.class,
            Topics.class,
            Produce.class,
            Query.class,
            Status.class,
            DeadLetters.class
        })
public final class Tidemark implements Runnable {

    static final int FAILED = 1;

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            defaultValue = "tidemark.yaml",
            scope = ScopeType.INHERIT,
            description = "The deployment's file; default: ${DEFAULT-VALUE} here.")
    private Path config;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show the stack trace of a failure.")
    private boolean debug;

    @Option(
            names = "--log-format",
            paramLabel = "text|json",
            scope = ScopeType.INHERIT,
            description = "How every process writes its log; default: what " + LogFormat.VARIABLE + " says, or text.")
    void logFormat(LogFormat format) {
        if (format != null) {
            format.makeCurrent();
        }
    }

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** The command with all its subcommands. */
    static CommandLine commandLine() {
        CommandLine tidemark = new CommandLine(new Tidemark());
        LayerCommand.addTo(tidemark, "check", "Validate the deployment's files.", Layer.BATCH, List.of("check"));
        LayerCommand.addTo(
                tidemark,
                "references",
                "Load reference tables into the warehouse, and list what is loaded.",
                Layer.BATCH,
                List.of("references"));
        LayerCommand.addTo(
                tidemark, "archive", "Copy the topics to the master dataset.", Layer.BATCH, List.of("archive"));
        LayerCommand.addTo(
                tidemark,
                "import",
                "Take history that was never in Kafka from files into the master dataset.",
                Layer.BATCH,
                List.of("import"));
        LayerCommand.addTo(
                tidemark,
                "recompute",
                "Compute days of the views from the master dataset, and publish them.",
                Layer.BATCH,
                List.of("recompute"));
        LayerCommand.addTo(
                tidemark,
                "advance",
                "Merge what was archived since into the published days, and publish.",
                Layer.BATCH,
                List.of("advance"));
        LayerCommand.addTo(
                tidemark,
                "replay",
                "Compute days again into staging, see what would change, and decide.",
                Layer.BATCH,
                List.of("replay"));
        LayerCommand.addTo(
                tidemark,
                "reconcile",
                "Look for drift between what was answered and what batch makes of the same events.",
                Layer.BATCH,
                List.of("reconcile"));
        LayerCommand.addTo(
                tidemark,
                "publications",
                "List what was published and why, and publish again what was before.",
                Layer.BATCH,
                List.of("publications"));
        LayerCommand.addTo(tidemark, "speed", "Run the speed layer alone.", Layer.SPEED, List.of());
        LayerCommand.addTo(tidemark, "serve", "Run the serving layer alone.", Layer.SERVING, List.of());
        LayerCommand.addTo(
                tidemark, "alerts", "Run alone what sends alerts, in place of any other.", Layer.ALERTS, List.of());
        tidemark.setParameterExceptionHandler((e, args) -> misused(e));
        tidemark.setExecutionExceptionHandler((e, command, parsed) -> ((Tidemark) tidemark.getCommand()).failed(e));
        return tidemark;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    /** The deployment that {@code --config} names. */
    Deployment deployment() {
        return DeploymentLoader.load(configFile());
    }

    /** The file that {@code --config} names. */
    Path configFile() {
        return config.toAbsolutePath().normalize();
    }

    private static int misused(ParameterException e) {
        CommandLine command = e.getCommandLine();
        command.getErr().println("tidemark: " + e.getMessage());
        UnmatchedArgumentException.printSuggestions(e, command.getErr());
        command.getErr().println("usage: " + command.getCommandSpec().qualifiedName() + " --help");
        return CommandLine.ExitCode.USAGE;
    }

    private int failed(Exception e) {
        if (!Lifetime.isStopped()) {
            report(e, spec.commandLine().getErr());
        }
        return FAILED;
    }

    private void report(Exception e, PrintWriter err) {
        if (debug) {
            e.printStackTrace(err);
            err.flush();
        } else if (e instanceof InvalidDeploymentException) {
            err.println(e.getMessage());
        } else if (isExpected(e)) {
            err.println("tidemark: " + e.getMessage());
        } else {
            err.println("tidemark: " + e + " (--debug shows where)");
        }
    }

    private static boolean isExpected(Exception e) {
        return e instanceof UnavailableException || e instanceof RefusedException || e instanceof CancellationException;
    }
}
