package dev.tidemark.batch;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.PublicationLine;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.ReplayStatus;
import dev.tidemark.view.Input;
import dev.tidemark.view.Replay;
import dev.tidemark.view.ViewDifference;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code replay}: days computed again, reviewed, and published or dropped. */
@Command(
        name = "replay",
        description = "Compute days again into staging, see what would change, and decide.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class ReplayCommand implements Runnable {

    /** How often an approval is tried that follows a creation. */
    private static final int ATTEMPTS = 5;

    @ParentCommand
    private BatchMain batch;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "a command is missing: create, list, show, approve or reject");
    }

    /**
     * A replay as it is listed.
     *
     * @param state what became of it
     * @param approvedIn the publication that its approval made; null if it was not approved
     * @param share the greatest share by which it changes anything
     */
    record Listed(
            long number,
            String state,
            Long approvedIn,
            Instant createdAt,
            LocalDate from,
            LocalDate to,
            List<String> views,
            Input input,
            long publication,
            double share) {}

    /**
     * A replay with all that it would change.
     *
     * @param seconds how long the stages of its creation took, if it was created just now
     * @param approved what was published, if it was approved at once
     */
    record Shown(
            Listed replay, List<ViewDifference> differences, Map<String, Double> seconds, Replays.Approved approved) {}

    @Command(
            name = "create",
            description = {
                "Compute days in full into staging, at the published cut and by the views as the files state them.",
                "If the files state other views than are published, all days of those that changed."
            },
            mixinStandardHelpOptions = true)
    void create(
            @Option(names = "--from", paramLabel = "DAY", required = true, description = "The first day.")
                    LocalDate from,
            @Option(names = "--to", paramLabel = "DAY", required = true, description = "The first day after them.")
                    LocalDate to,
            @Option(names = "--view", paramLabel = "VIEW", description = "A view; may be repeated. Default: all.")
                    List<String> views,
            @Option(
                            names = "--input",
                            paramLabel = "archive|log",
                            defaultValue = "archive",
                            description =
                                    "What to compute from: the master dataset, or the topics, which must still hold"
                                            + " all events below the cut. Default: archive.")
                    Input input,
            @Option(
                            names = "--auto-approve-below",
                            paramLabel = "SHARE",
                            description = "Approve it at once if nothing changes by as much, such as 0.1%%.")
                    String share) {
        ReplayRequest request = request(from, to, views, input);
        double below = share == null ? 0 : share(share);
        Deployment deployment = batch.deployment();
        batch.compute(deployment, spark -> created(deployment, spark, request, share, below));
    }

    private Shown created(Deployment deployment, BatchSpark spark, ReplayRequest request, String share, double below) {
        Replays replays = new Replays(deployment, spark, batch.progress());
        Replay replay = replays.create(request);
        ReplayText.of(replay).forEach(batch.progress()::say);
        Map<String, Double> seconds = replays.seconds();
        Replays.Approved approved = null;
        if (share != null && replay.share() < below) {
            batch.progress().say("nothing changes by as much as " + share + ": approving it");
            approved = approve(deployment, spark, replay.number());
        } else if (share != null) {
            batch.progress()
                    .say("something changes by %s, not less than %s: it waits for `tidemark replay approve %d`"
                            .formatted(ReplayText.percent(replay.share()), share, replay.number()));
        }
        return new Shown(listed(deployment, replay), replay.differences(), seconds, approved);
    }

    /** Whoever runs all of it again would compute again what is staged: only the approval is repeated. */
    private Replays.Approved approve(Deployment deployment, BatchSpark spark, long replay) {
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            try {
                return new Replays(deployment, spark, batch.progress()).approve(replay);
            } catch (LostRaceException e) {
                batch.progress().say("another run has published meanwhile");
            }
        }
        throw new RefusedException(
                "replay %d is staged, but others published %d times while it was being approved: `tidemark replay approve %d`"
                        .formatted(replay, ATTEMPTS, replay));
    }

    private ReplayRequest request(LocalDate from, LocalDate to, List<String> views, Input input) {
        try {
            return new ReplayRequest(from, to, views == null ? List.of() : views, input);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage());
        }
    }

    private double share(String text) {
        try {
            if (text.endsWith("%")) {
                return new BigDecimal(text.substring(0, text.length() - 1).trim())
                        .movePointLeft(2)
                        .doubleValue();
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new CommandLine.ParameterException(
                spec.commandLine(), "--auto-approve-below is '" + text + "'; accepted is a percentage, such as 0.1%");
    }

    @Command(name = "list", description = "List the replays.", mixinStandardHelpOptions = true)
    void list() {
        Deployment deployment = batch.deployment();
        PublicationLine line = PublicationLine.of(deployment.warehouse().publications());
        List<Listed> all = new ArrayList<>();
        for (long number : deployment.warehouse().replays().numbers()) {
            all.add(listed(deployment, line, Approval.require(deployment, number)));
        }
        ReplayText.of(all).forEach(batch.progress()::say);
        batch.print(all);
    }

    @Command(name = "show", description = "Show what a replay would change.", mixinStandardHelpOptions = true)
    void show(@Parameters(paramLabel = "ID", description = "The replay's number.") long number) {
        Deployment deployment = batch.deployment();
        Replay replay = Approval.require(deployment, number);
        Listed listed = listed(deployment, replay);
        batch.progress().say("replay %d, %s".formatted(number, listed.state()));
        ReplayText.of(replay).forEach(batch.progress()::say);
        batch.print(new Shown(listed, replay.differences(), Map.of(), null));
    }

    @Command(
            name = "approve",
            description = {
                "Publish a replay, with what was published since beyond its cut.",
                "Refused if a definition, or another replay of its days, was published since."
            },
            mixinStandardHelpOptions = true)
    void approve(@Parameters(paramLabel = "ID", description = "The replay's number.") long number) {
        Deployment deployment = batch.deployment();
        batch.compute(deployment, spark -> new Replays(deployment, spark, batch.progress()).approve(number));
    }

    @Command(name = "reject", description = "Drop a replay.", mixinStandardHelpOptions = true)
    void reject(@Parameters(paramLabel = "ID", description = "The replay's number.") long number) {
        Deployment deployment = batch.deployment();
        new Replays(
                        deployment,
                        () -> {
                            throw new IllegalStateException("a rejection needs no Spark");
                        },
                        batch.progress())
                .reject(number);
        batch.print(listed(deployment, Approval.require(deployment, number)));
    }

    private static Listed listed(Deployment deployment, Replay replay) {
        return listed(deployment, PublicationLine.of(deployment.warehouse().publications()), replay);
    }

    private static Listed listed(Deployment deployment, PublicationLine line, Replay replay) {
        ReplayStatus status = ReplayStatus.of(deployment.warehouse().replays(), line, replay.number());
        return new Listed(
                replay.number(),
                status.state().toString(),
                status.publication().orElse(null),
                replay.createdAt(),
                replay.from(),
                replay.to(),
                List.copyOf(new TreeSet<>(replay.segments().keySet())),
                replay.input(),
                replay.publication(),
                replay.share());
    }
}
