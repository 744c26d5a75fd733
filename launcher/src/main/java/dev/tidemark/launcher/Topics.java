package dev.tidemark.launcher;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.NeededTopic;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.view.Durations;
import dev.tidemark.view.Json;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code tidemark topics}. Without a subcommand it prints the plan. */
@Command(
        name = "topics",
        description = "The topics that the deployment needs, what is there, and what differs.",
        mixinStandardHelpOptions = true)
final class Topics implements Callable<Integer> {

    /** How it is printed. */
    enum Format {
        text,
        json
    }

    @Spec
    private CommandSpec spec;

    @ParentCommand
    private Tidemark tidemark;

    @Mixin
    private Printing printing;

    /** How a plan is printed. */
    static final class Printing {

        @Option(
                names = "--cadence",
                paramLabel = "DURATION",
                converter = DurationConverter.class,
                description = "How often `tidemark archive` runs, which retention has to outlast; default: 1d.")
        private Duration cadence = Duration.ofDays(1);

        @Option(names = "--output", paramLabel = "text|json", description = "How to print it; default: text.")
        private Format output = Format.text;

        private void print(TopicPlan plan, PrintWriter out) {
            if (output == Format.json) {
                out.println(Json.write(
                        Map.of("topics", plan.topics().stream().map(this::json).toList())));
                return;
            }
            Table table = Table.of(
                    List.of("topic", "holds", "partitions", "retention", "timestamps", "state"),
                    List.of(false, false, true, false, false, false));
            plan.topics().forEach(state -> table.row(cells(state)));
            table.lines().forEach(out::println);
            plan.topics().stream()
                    .flatMap(state -> state.findings(cadence).stream())
                    .filter(finding -> finding.level() != Finding.Level.ok)
                    .forEach(out::println);
        }

        private List<String> cells(TopicState state) {
            Map<String, String> wanted = state.topic().role().settings();
            return List.of(
                    state.topic().name(),
                    state.topic().role() + " of " + state.topic().source().name(),
                    Integer.toString(
                            state.found().map(TopicState.Found::partitions).orElse(state.partitions())),
                    state.found().map(TopicState.Found::retentionText).orElse("unlimited"),
                    state.found()
                            .map(there -> there.settings().getOrDefault("message.timestamp.type", ""))
                            .orElse(wanted.get("message.timestamp.type")),
                    state.found().isEmpty()
                            ? "to be created"
                            : Finding.worst(state.findings(cadence)).name());
        }

        private Map<String, Object> json(TopicState state) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("topic", state.topic().name());
            json.put("holds", state.topic().role().toString());
            json.put("source", state.topic().source().name());
            json.put("partitions", state.partitions());
            json.put("settings", state.topic().role().settings());
            json.put("exists", state.found().isPresent());
            state.found().ifPresent(there -> {
                json.put("found_id", there.id());
                json.put("found_partitions", there.partitions());
                Map<String, String> settings = new LinkedHashMap<>();
                state.topic()
                        .role()
                        .settings()
                        .keySet()
                        .forEach(name -> settings.put(name, there.settings().get(name)));
                json.put("found_settings", settings);
            });
            json.put("findings", state.findings(cadence));
            return json;
        }
    }

    /** A duration as users write it. */
    static final class DurationConverter implements CommandLine.ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                return Durations.parse(text);
            } catch (IllegalArgumentException e) {
                throw new CommandLine.TypeConversionException(e.getMessage());
            }
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        return plan(printing);
    }

    @Command(description = "Print them; nothing is changed.", mixinStandardHelpOptions = true)
    int plan(@Mixin Printing how) throws InterruptedException {
        Deployment deployment = tidemark.deployment();
        try (Admin admin = Admin.create(deployment.kafkaAdmin())) {
            how.print(TopicPlan.of(admin, deployment), spec.commandLine().getOut());
        }
        return 0;
    }

    @Command(
            description = "Create the sources' topics that lack; what is there is left as it is.",
            mixinStandardHelpOptions = true)
    int create(
            @Option(
                            names = "--partitions",
                            paramLabel = "N",
                            description = "How many partitions each gets; default: " + NeededTopic.PARTITIONS + ".")
                    Integer partitions,
            @Option(
                            names = "--internal",
                            description =
                                    "Create those of the layers too (increments, dead letters, late events, alerts), for a"
                                            + " cluster where they may not.")
                    boolean internal,
            @Mixin Printing how)
            throws InterruptedException {
        if (partitions != null && partitions < 1) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "--partitions is " + partitions + "; a number above 0 is expected");
        }
        Deployment deployment = tidemark.deployment();
        if (internal) {
            // Theirs is part of the names of increments' topics.
            deployment.requireReferences();
        }
        try (Admin admin = Admin.create(deployment.kafkaAdmin())) {
            createMissing(admin, deployment, role -> !role.isInternal(), partitions);
            if (internal) {
                createMissing(admin, deployment, NeededTopic.Role::isInternal, null);
            }
            how.print(TopicPlan.of(admin, deployment), spec.commandLine().getOut());
        }
        return 0;
    }

    /** What is internal has as many partitions as the source's topic, which is there by then. */
    private void createMissing(
            Admin admin, Deployment deployment, Predicate<NeededTopic.Role> which, Integer partitions)
            throws InterruptedException {
        for (TopicState state : TopicPlan.of(admin, deployment).topics()) {
            NeededTopic.Role role = state.topic().role();
            if (which.test(role) && state.found().isEmpty()) {
                int number = partitions == null ? state.partitions() : partitions;
                new SourceTopics(admin).create(state.topic().name(), number, role);
                spec.commandLine()
                        .getErr()
                        .println("created topic " + state.topic().name());
            }
        }
    }

    @Command(
            description = "Take a topic that was created again as a new log of its source.",
            mixinStandardHelpOptions = true)
    int adopt(@Parameters(paramLabel = "SOURCE") String source) {
        throw new RefusedException(
                "source %s: a topic that was created again cannot be adopted in this release: its".formatted(source)
                        + " offsets name other events than those that were counted; take a topic of a new name");
    }
}
