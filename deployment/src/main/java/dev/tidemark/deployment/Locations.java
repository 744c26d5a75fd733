package dev.tidemark.deployment;

import dev.tidemark.schema.SchemaChange;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where the fields of a deployment's files stand, so that a problem that is found later can name file and line.
 *
 * @param views each view's file
 * @param sources each source's file
 * @param schemas each source's schema file
 * @param lines the lines of the files' fields, from 1, by file and the field's path
 */
public record Locations(
        Map<String, Path> views,
        Map<String, Path> sources,
        Map<String, Path> schemas,
        Map<Path, Map<String, Integer>> lines) {

    /** Of a deployment that was not read from files. */
    public static final Locations NONE = new Locations(Map.of(), Map.of(), Map.of(), Map.of());

    /** Of one view alone. */
    static Locations ofView(String view, Path file, Map<String, Integer> lines) {
        return new Locations(Map.of(view, file), Map.of(), Map.of(), Map.of(file, lines));
    }

    /** A problem with a field of a view, such as {@code measures.revenue}. */
    public Problem inView(String view, String field, String message) {
        return in(views.getOrDefault(view, Path.of("view " + view)), field, message);
    }

    /** A problem with a field of a source. */
    public Problem inSource(String source, String field, String message) {
        return in(sources.getOrDefault(source, Path.of("source " + source)), field, message);
    }

    private Problem in(Path file, String field, String message) {
        return new Problem(file, lines.getOrDefault(file, Map.of()).getOrDefault(field, 0), field, message);
    }

    /** A problem with a source's schema. */
    public Problem inSchema(String source, SchemaChange change) {
        Path file = schemas.getOrDefault(source, Path.of("the schema of source " + source));
        int line = SchemaLines.of(file).lineOf(change.field()).orElse(0);
        return new Problem(file, line, change.field(), change.message());
    }
}
