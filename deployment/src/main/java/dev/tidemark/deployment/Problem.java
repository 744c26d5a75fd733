package dev.tidemark.deployment;

import java.nio.file.Path;

/**
 * Something wrong in a deployment's files.
 *
 * @param file the file
 * @param line its line, from 1; 0 where the whole file is meant
 * @param field the field, as a path such as {@code measures.revenue}; empty where the whole file is meant
 * @param message what was found, and what would be accepted
 */
public record Problem(Path file, int line, String field, String message) {
    @Override
    public String toString() {
        return file + (line > 0 ? ":" + line : "") + ": " + (field.isEmpty() ? "" : field + ": ") + message;
    }
}
