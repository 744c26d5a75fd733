package dev.tidemark.view;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Where batch takes events from. */
public enum Input {
    /** From the master dataset. */
    ARCHIVE,
    /** From the topics, which must hold them all still. */
    LOG;

    @JsonCreator
    static Input of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
