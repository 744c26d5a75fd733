package dev.tidemark.batch;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.schema.Source;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code import}: history that was never in Kafka. */
@Command(
        name = "import",
        description = {
            "Append the rows of files to the master dataset: history that was never in Kafka.",
            "Rows are judged as events of the source are; the same files again change nothing. They count when `recompute`"
                    + " or `advance` publishes them."
        },
        mixinStandardHelpOptions = true)
final class ImportCommand implements Runnable {

    @ParentCommand
    private BatchMain batch;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--source",
            paramLabel = "SOURCE",
            description = "The source whose events they are; may be left out where there is one.")
    private String source;

    @Option(
            names = "--revoke",
            paramLabel = "ID",
            description =
                    "Take the rows of an import out again; the next `recompute` publishes their days without them.")
    private String revoked;

    @Option(names = "--list", description = "List what was imported, the newest first.")
    private boolean list;

    @Parameters(
            paramLabel = "FILE",
            description = "Parquet (.parquet), CSV with a header (.csv), JSON with one object a line (.ndjson, .jsonl,"
                    + " .json), each of the latter with .gz after it too; or the folder of a Delta table.")
    private List<Path> files = List.of();

    @Override
    public void run() {
        requireOneThing();
        Deployment deployment = batch.deployment();
        if (list) {
            list(deployment);
            return;
        }
        Source chosen = chosen(deployment);
        batch.compute(
                deployment,
                spark -> revoked == null
                        ? new Import(deployment, chosen, spark, batch.progress()).run(files)
                        : new Revocation(deployment, chosen, spark, batch.progress()).run(revoked));
    }

    private void requireOneThing() {
        int things = (list ? 1 : 0) + (revoked == null ? 0 : 1) + (files.isEmpty() ? 0 : 1);
        if (things != 1) {
            throw wrong("give files to import, or --revoke ID, or --list: one of the three");
        }
    }

    private void list(Deployment deployment) {
        List<Source> sources = source == null ? deployment.sources() : List.of(chosen(deployment));
        List<ListedImport> imports = sources.stream()
                .flatMap(each -> ListedImport.of(deployment, each).stream())
                .toList();
        imports.forEach(each -> batch.progress().say(each.line()));
        if (imports.isEmpty()) {
            batch.progress().say("nothing has been imported");
        }
        batch.print(imports);
    }

    private Source chosen(Deployment deployment) {
        List<String> names = deployment.sources().stream().map(Source::name).toList();
        if (source == null && names.size() == 1) {
            return deployment.sources().get(0);
        }
        if (source == null || !names.contains(source)) {
            throw wrong("--source is %s; accepted are the sources of the deployment: %s"
                    .formatted(source == null ? "missing" : "'" + source + "'", String.join(", ", names)));
        }
        return deployment.source(source);
    }

    private CommandLine.ParameterException wrong(String message) {
        return new CommandLine.ParameterException(spec.commandLine(), message);
    }
}
