package dev.tidemark.benchmarks;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What is measured. Each measurement runs the shop in a folder of its own, every process in a JVM of its own. */
@Command(
        name = "benchmarks",
        description = "Measures Tidemark. Run one at a time, on a machine that does nothing else.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            Freshness.class,
            Alerts.class,
            Drain.class,
            ManyDays.class,
            RecomputeVsSql.class,
            QueryLoad.class,
            Restart.class,
            Pressure.class,
            IdsCost.class,
            Generator.class
        })
public final class Benchmarks implements Runnable {

    @Spec
    private CommandSpec spec;

    public static void main(String[] args) {
        System.exit(new CommandLine(new Benchmarks())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
