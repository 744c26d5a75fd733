package dev.tidemark.batch;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.view.Input;
import java.time.LocalDate;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code recompute}: recomputes days from the master dataset and publishes them. */
@Command(
        name = "recompute",
        description = {
            "Recompute days from the master dataset and publish them.",
            "Without a choice of days: every day touched since the published cut; the cut moves."
        },
        mixinStandardHelpOptions = true)
final class RecomputeCommand implements Runnable {

    @ParentCommand
    private BatchMain batch;

    @Spec
    private CommandSpec spec;

    @ArgGroup(exclusive = true)
    private Choice choice;

    @Option(
            names = "--revert",
            description = "Publish the views as the files state them though they were published before and have been"
                    + " replaced since.")
    private boolean revert;

    @Option(
            names = "--input",
            paramLabel = "archive|log",
            defaultValue = "archive",
            description = "What to compute from: the master dataset, or the topics, which must still hold all events"
                    + " below the cut. Default: archive.")
    private Input input;

    /** At most one of them. */
    private static final class Choice {
        @Option(names = "--all", description = "Every day with events; the cut moves.", required = true)
        private boolean all;

        @Option(names = "--day", paramLabel = "DAY", description = "One day; the cut stays.", required = true)
        private LocalDate day;

        @ArgGroup(exclusive = false)
        private Range range;
    }

    private static final class Range {
        @Option(
                names = "--from",
                paramLabel = "DAY",
                description = "The first of several days; the cut stays.",
                required = true)
        private LocalDate from;

        @Option(names = "--to", paramLabel = "DAY", description = "The first day after them.", required = true)
        private LocalDate to;
    }

    @Override
    public void run() {
        Selection selection = selection();
        Deployment deployment = batch.deployment();
        batch.compute(deployment, spark -> {
            Deployment loaded = withReferences(deployment, spark);
            return new Recompute(loaded, spark, batch.progress(), input).run(selection);
        });
    }

    /** The deployment with every reference table that it needs: what was never loaded is loaded now. */
    private Deployment withReferences(Deployment deployment, BatchSpark spark) {
        if (deployment.referencesToLoad().isEmpty()) {
            return deployment;
        }
        new ReferenceLoads(deployment, spark, batch.progress()).load(deployment.referencesToLoad());
        return batch.deployment();
    }

    private Selection selection() {
        if (choice == null) {
            return new Selection.Touched(revert);
        }
        if (choice.all) {
            return new Selection.All(revert);
        }
        try {
            return choice.day != null
                    ? new Selection.Days(choice.day, choice.day.plusDays(1))
                    : new Selection.Days(choice.range.from, choice.range.to);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage());
        }
    }
}
