package dev.tidemark.launcher;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.deployment.Problem;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.Warehouse;
import dev.tidemark.view.Json;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code tidemark doctor}. */
@Command(
        name = "doctor",
        description = {
            "Look whether this machine and the deployment fit: each line is ok, warn or fail, with what to do.",
            "It changes nothing. The exit code is 1 if a line is fail."
        },
        mixinStandardHelpOptions = true)
final class Doctor implements Callable<Integer> {

    /** How it is printed. */
    enum Format {
        text,
        json
    }

    @Spec
    private CommandSpec spec;

    @ParentCommand
    private Tidemark tidemark;

    @Option(
            names = "--cadence",
            paramLabel = "DURATION",
            converter = Topics.DurationConverter.class,
            description = "How often `tidemark archive` runs, which retention has to outlast; default: 1d.")
    private Duration cadence = Duration.ofDays(1);

    @Option(names = "--output", paramLabel = "text|json", description = "How to print it; default: text.")
    private Format output = Format.text;

    @Override
    public Integer call() throws InterruptedException {
        List<Finding> findings = examine();
        PrintWriter out = spec.commandLine().getOut();
        if (output == Format.json) {
            out.println(Json.write(Map.of("findings", findings, "worst", Finding.worst(findings))));
        } else {
            findings.forEach(out::println);
        }
        return Finding.worst(findings) == Finding.Level.fail ? Tidemark.FAILED : 0;
    }

    private List<Finding> examine() throws InterruptedException {
        Machine machine = Machine.here();
        List<Finding> findings = new ArrayList<>(List.of(machine.java(), machine.memory()));
        DeploymentLoader.Found files = DeploymentLoader.read(tidemark.configFile());
        findings.addAll(files(files));
        if (files.problems().isEmpty() && files.deployment().isPresent()) {
            Deployment deployment = files.deployment().get();
            findings.add(
                    deployment.warehouse().isInBucket()
                            ? store(deployment.warehouse())
                            : machine.disk(deployment.warehouse().root()));
            findings.addAll(new DeploymentExam(deployment, cadence).findings());
        }
        return findings;
    }

    private static Finding store(Warehouse warehouse) {
        try {
            warehouse.requireFenced();
            return Finding.ok("storage", warehouse.root() + " refuses what another has created");
        } catch (RefusedException e) {
            return Finding.fail("storage", e.getMessage(), "see docs/storage.md");
        }
    }

    private List<Finding> files(DeploymentLoader.Found found) {
        if (found.problems().isEmpty()) {
            String what = found.deployment()
                    .map(deployment -> "deployment %s, %d sources, %d views (`tidemark check` tries their expressions)"
                            .formatted(
                                    deployment.name(),
                                    deployment.sources().size(),
                                    deployment.views().size()))
                    .orElse("");
            return List.of(Finding.ok("files", what));
        }
        return found.problems().stream().map(Doctor::problem).toList();
    }

    private static Finding problem(Problem problem) {
        return Finding.fail("files", problem.toString(), "correct it there");
    }
}
