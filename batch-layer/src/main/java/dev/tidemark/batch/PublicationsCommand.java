package dev.tidemark.batch;

import dev.tidemark.deployment.Deployment;
import java.util.List;
import java.util.OptionalLong;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code publications}: what was published, and how to publish again what was before. */
@Command(
        name = "publications",
        description = {
            "List what was published, the newest first, and why.",
            "`publications rollback` publishes again what the one before the newest held."
        },
        synopsisSubcommandLabel = "[COMMAND]",
        mixinStandardHelpOptions = true)
final class PublicationsCommand implements Runnable {

    private static final String DEFAULT_LIMIT = "20";

    @ParentCommand
    private BatchMain batch;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = DEFAULT_LIMIT,
            description = "How many; default: ${DEFAULT-VALUE}.")
    private int limit;

    @Override
    public void run() {
        list(limit);
    }

    @Command(name = "list", description = "The same as without a command.", mixinStandardHelpOptions = true)
    void list(
            @Option(
                            names = "--limit",
                            paramLabel = "N",
                            defaultValue = DEFAULT_LIMIT,
                            description = "How many; default: ${DEFAULT-VALUE}.")
                    int most) {
        requireAtLeastOne("--limit", most);
        List<ListedPublication> lines =
                ListedPublication.newest(batch.deployment().warehouse(), most);
        ListedPublication.table(lines).forEach(batch.progress()::say);
        batch.print(lines);
    }

    @Command(
            name = "rollback",
            description = {
                "Publish again what an earlier publication held, as a new publication.",
                "Without a choice: what the one before the newest held, so that a second rollback undoes the first."
            },
            mixinStandardHelpOptions = true)
    void rollback(
            @Option(names = "--to", paramLabel = "N", description = "The publication whose content comes back.")
                    Long to) {
        if (to != null) {
            requireAtLeastOne("--to", to);
        }
        Deployment deployment = batch.deployment();
        OptionalLong chosen = to == null ? OptionalLong.empty() : OptionalLong.of(to);
        batch.compute(deployment, spark -> new Rollback(deployment, spark, batch.progress()).run(chosen));
    }

    private void requireAtLeastOne(String option, long number) {
        if (number < 1) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "%s is %d; accepted is 1 or more".formatted(option, number));
        }
    }
}
