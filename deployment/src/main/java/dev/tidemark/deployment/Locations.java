package dev.tidemark.deployment;

import java.nio.file.Path;
import java.util.Map;

/**
 * Where the fields of a deployment's files stand, so that a problem that is found later can name file and line.
 *
 * @param views each view's file
 * @param lines the lines of the files' fields, from 1, by file and the field's path
 */
public record Locations(Map<String, Path> views, Map<Path, Map<String, Integer>> lines) {

    /** Of a deployment that was not read from files. */
    public static final Locations NONE = new Locations(Map.of(), Map.of());

    /** A problem with a field of a view, such as {@code measures.revenue}. */
    public Problem inView(String view, String field, String message) {
        Path file = views.getOrDefault(view, Path.of("view " + view));
        return new Problem(file, lines.getOrDefault(file, Map.of()).getOrDefault(field, 0), field, message);
    }
}
