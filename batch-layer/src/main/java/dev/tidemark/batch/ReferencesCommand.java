package dev.tidemark.batch;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.LoadedReference;
import dev.tidemark.deployment.ReferenceTable;
import dev.tidemark.deployment.RefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code references}: the reference tables of a deployment, and their loaded versions. */
@Command(
        name = "references",
        description = {
            "Load reference tables into the warehouse, and list what is loaded.",
            "What a source takes from a table changes with a load, as a view changes with its file:",
            "at the next start of `up` or `speed`, and with the next `recompute`."
        },
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true)
final class ReferencesCommand implements Runnable {

    @ParentCommand
    private BatchMain batch;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing: load or list");
    }

    @Command(
            name = "load",
            description = "Load tables as they are now; one that has not changed since is left as it is.",
            mixinStandardHelpOptions = true)
    void load(
            @Parameters(paramLabel = "NAME", arity = "0..*", description = "Which tables; default: all.")
                    List<String> names,
            @Option(names = "--missing", description = "Only those that a source needs and that were never loaded.")
                    boolean missing) {
        Deployment deployment = batch.deployment();
        List<ReferenceTable> tables = chosen(deployment, names).stream()
                .filter(table -> !missing || deployment.referencesToLoad().contains(table))
                .toList();
        batch.compute(
                deployment, spark -> new Loaded(new ReferenceLoads(deployment, spark, batch.progress()).load(tables)));
    }

    /** What a load did, table by table. */
    record Loaded(List<ReferenceLoads.Result> references) {}

    private static List<ReferenceTable> chosen(Deployment deployment, List<String> names) {
        List<ReferenceTable> all = deployment.references();
        List<String> known = all.stream().map(ReferenceTable::name).toList();
        if (names == null) {
            return all;
        }
        names.stream().filter(name -> !known.contains(name)).forEach(name -> {
            throw new RefusedException("there is no reference '%s'; there are %s".formatted(name, known));
        });
        return all.stream().filter(table -> names.contains(table.name())).toList();
    }

    /**
     * A table, and its newest version.
     *
     * @param version null, like what follows, if it has not been loaded as its file states it
     * @param changedSince whether something in its place is newer than the load
     */
    record Listed(String reference, Long version, Long rows, Instant loadedAt, Boolean changedSince) {

        private static Listed of(Deployment deployment, ReferenceTable table) {
            Optional<LoadedReference> loaded = deployment.warehouse().loadedReference(table);
            return new Listed(
                    table.name(),
                    loaded.map(LoadedReference::version).orElse(null),
                    loaded.map(found -> found.load().rows()).orElse(null),
                    loaded.map(found -> found.load().at()).orElse(null),
                    loaded.map(found -> isNewer(table.place(), found.load().at()))
                            .orElse(null));
        }

        /** Told as a hint, so what cannot be looked at is not newer. */
        private static boolean isNewer(Path place, Instant loaded) {
            if (!Files.exists(place)) {
                return false;
            }
            try (Stream<Path> files = Files.walk(place)) {
                for (Path file : files.toList()) {
                    if (Files.getLastModifiedTime(file).toInstant().isAfter(loaded)) {
                        return true;
                    }
                }
                return false;
            } catch (IOException | UncheckedIOException e) {
                return false;
            }
        }

        private String line() {
            if (version == null) {
                return "reference %s: not loaded yet; `tidemark references load` loads it".formatted(reference);
            }
            return "reference %s: version %d, %,d rows, loaded at %s%s"
                    .formatted(
                            reference,
                            version,
                            rows,
                            loadedAt,
                            changedSince ? "; its files are newer, so `tidemark references load` may change it" : "");
        }
    }

    /** The tables of a deployment. */
    static List<Listed> listed(Deployment deployment) {
        return deployment.references().stream()
                .map(table -> Listed.of(deployment, table))
                .toList();
    }

    static void tell(List<Listed> listed, Progress progress) {
        listed.forEach(table -> progress.say(table.line()));
    }

    @Command(
            name = "list",
            description = "List the tables, which version of each is loaded, and whether its files are newer.",
            mixinStandardHelpOptions = true)
    void list() {
        List<Listed> listed = listed(batch.deployment());
        tell(listed, batch.progress());
        batch.print(listed);
    }
}
