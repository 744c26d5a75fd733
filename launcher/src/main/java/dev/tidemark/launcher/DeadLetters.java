package dev.tidemark.launcher;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.deadletter.LetterFilter;
import dev.tidemark.deployment.deadletter.LetterReader;
import dev.tidemark.deployment.deadletter.LetterReport;
import dev.tidemark.deployment.deadletter.StoredLetter;
import dev.tidemark.schema.DeadLetter;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Json;
import dev.tidemark.view.Suggestion;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code tidemark dead-letters}. Without a subcommand it lists them. */
@Command(
        name = "dead-letters",
        description = "What could not be counted, by reason, with samples; and its redrive.",
        subcommands = {ExportLetters.class, Redrive.class},
        mixinStandardHelpOptions = true)
final class DeadLetters implements Callable<Integer> {

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
    private Listing listing;

    /** What is listed, and how. */
    static final class Listing {

        @Spec(Spec.Target.MIXEE)
        private CommandSpec spec;

        @Option(
                names = {"-s", "--source"},
                paramLabel = "SOURCE",
                description = "Of that source only.")
        private Optional<String> source = Optional.empty();

        @Option(names = "--reason", paramLabel = "REASON", description = "Of that reason only.")
        private Optional<String> reason = Optional.empty();

        @Option(names = "--view", paramLabel = "VIEW", description = "That this view does not count only.")
        private Optional<String> view = Optional.empty();

        @Option(
                names = "--limit",
                paramLabel = "N",
                description = "At most N samples of a source, the newest; default: 10, at most 100.")
        private int limit = LetterFilter.USUAL_SAMPLES;

        @Option(names = "--output", paramLabel = "text|json", description = "How to print it; default: text.")
        private Format output = Format.text;

        private List<Source> sources(Deployment deployment) {
            return source.map(name -> List.of(SourceOption.require(name, deployment, spec.commandLine())))
                    .orElse(deployment.sources());
        }

        private LetterFilter filter() {
            reason.filter(name -> !StoredLetter.reasons().contains(name)).ifPresent(name -> {
                throw new ParameterException(spec.commandLine(), "--reason is '" + name + "'; " + meant(name));
            });
            if (limit < 0 || limit > LetterFilter.MOST_SAMPLES) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--limit is %d; a number from 0 to %d is expected".formatted(limit, LetterFilter.MOST_SAMPLES));
            }
            return new LetterFilter(reason, view, limit);
        }

        private static String meant(String reason) {
            return Suggestion.of(reason, StoredLetter.reasons())
                    .map(name -> "did you mean '" + name + "'?")
                    .orElse("there are " + StoredLetter.reasons());
        }
    }

    @Override
    public Integer call() {
        return list(listing);
    }

    @Command(
            description = {
                "How many there are, by reason and view, and the newest; each position counts once.",
                "It reads the sources' topics of dead letters; no other process has to run but the broker."
            },
            mixinStandardHelpOptions = true)
    int list(@Mixin Listing how) {
        Deployment deployment = tidemark.deployment();
        LetterFilter asked = how.filter();
        List<Source> sources = how.sources(deployment);
        Map<Source, LetterReport> reports = new LinkedHashMap<>();
        try (LetterReader reader = new LetterReader(deployment)) {
            sources.forEach(
                    source -> reports.put(source, reader.counts(source.topic()).report(asked)));
        }
        print(reports, how.output);
        return 0;
    }

    private void print(Map<Source, LetterReport> reports, Format output) {
        PrintWriter out = spec.commandLine().getOut();
        if (output == Format.json) {
            List<Object> sources = new ArrayList<>();
            reports.forEach((source, report) -> sources.add(json(source, report)));
            out.println(Json.write(Map.of("sources", sources)));
        } else {
            reports.forEach(
                    (source, report) -> LetterTables.lines(source, report).forEach(out::println));
        }
    }

    private static Map<String, Object> json(Source source, LetterReport report) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("source", source.name());
        json.put("topic", DeadLetter.topic(source.topic()));
        json.putAll(report.toJson());
        return json;
    }

    /** The deployment that {@code --config} names. */
    Deployment deployment() {
        return tidemark.deployment();
    }
}
