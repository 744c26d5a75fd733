package dev.tidemark.launcher;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.schema.Source;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which source is meant. */
final class SourceOption {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = {"-s", "--source"},
            required = true,
            paramLabel = "SOURCE",
            description = "The source.")
    private String name;

    /** The source, which has to be one of the deployment's. */
    Source of(Deployment deployment) {
        return require(name, deployment, spec.commandLine());
    }

    /** The source of that name. */
    static Source require(String name, Deployment deployment, CommandLine command) {
        List<String> names = deployment.sources().stream().map(Source::name).toList();
        if (!names.contains(name)) {
            throw new ParameterException(
                    command, "--source is '%s'; %s has %s".formatted(name, deployment.file(), names));
        }
        return deployment.source(name);
    }
}
