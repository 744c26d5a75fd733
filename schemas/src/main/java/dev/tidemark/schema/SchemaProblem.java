package dev.tidemark.schema;

/**
 * Something in a schema that events cannot have.
 *
 * @param path the field with those of the records around it, {@code []} for an array's elements and {@code {}} for a
 *     map's values: {@code customer.tags[]}; empty for the event itself
 * @param message what was found, and what would be accepted
 */
public record SchemaProblem(String path, String message) {
    @Override
    public String toString() {
        return path + (path.isEmpty() ? "" : " ") + message;
    }
}
