package dev.tidemark.schema;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.io.Serializable;
import java.util.List;

/**
 * What a source takes from a reference table: beside its own fields an event has the columns of the row whose key is in
 * the event and that is valid at the event's time. Where there is no such row they are null.
 *
 * @param reference the table's name
 * @param version the version of the table that was joined first, for people to read; {@link #NOT_LOADED} of a table that
 *     is not loaded yet
 * @param content the identity of the rows that are joined; empty of a table that is not loaded yet
 * @param key the event's field with the key
 * @param columns the columns that are taken
 */
public record Enrichment(String reference, long version, String content, String key, List<Field> columns)
        implements Serializable {

    /** The version of a table that is not loaded yet. */
    public static final long NOT_LOADED = -1;

    public Enrichment {
        columns = List.copyOf(columns);
    }

    /** Whether there is a version to join. */
    @JsonIgnore
    public boolean isLoaded() {
        return version != NOT_LOADED;
    }
}
