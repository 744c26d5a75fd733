package dev.tidemark.deployment;

import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Json;
import dev.tidemark.view.StoredDefinitions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The layout of everything that is kept. {@code views}, {@code master} and {@code dead_letters} are ordinary Delta
 * tables that other engines may read; the rest is ours.
 *
 * @param root the folder
 */
public record Warehouse(Path root) {

    private static final String DEFINITIONS = ".json";

    /** The Delta table of a source's events: the master dataset. */
    public Path master(String source) {
        return root.resolve("master").resolve(source);
    }

    /** The Delta table of malformed events, of all sources. */
    public Path deadLetters() {
        return root.resolve("dead_letters");
    }

    /** The Delta table of a view's finished results. */
    public Path view(String view) {
        return root.resolve("views").resolve(view);
    }

    /** The Delta table of a view's segments under one definition set. */
    public Path segments(String view, String definitionSet) {
        return root.resolve("segments").resolve(view).resolve(definitionSet);
    }

    /** The publications. */
    public PublicationLog publications() {
        return new PublicationLog(root.resolve("publications"));
    }

    /** Keeps the types of a definition set, for processes without Spark. Saving it again changes nothing. */
    public void saveDefinitions(DefinitionSet set) {
        AtomicFiles.createIfAbsent(definitions(set.source(), set.id()), Json.write(StoredDefinitions.of(set)));
    }

    /** The definition set that was saved under {@code id}. */
    public Optional<DefinitionSet> loadDefinitions(String source, String id) {
        Path file = definitions(source, id);
        return AtomicFiles.read(file).map(json -> Json.read(json, StoredDefinitions.class, file.toString())
                .toSet());
    }

    /** The ids under which definition sets of a source were saved: each has been streamed or published. */
    public List<String> savedDefinitions(String source) {
        try (Stream<Path> files = Files.list(definitions(source))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(DEFINITIONS))
                    .map(name -> name.substring(0, name.length() - DEFINITIONS.length()))
                    .sorted()
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path definitions(String source) {
        return root.resolve("definitions").resolve(source);
    }

    private Path definitions(String source, String id) {
        return definitions(source).resolve(id + DEFINITIONS);
    }
}
