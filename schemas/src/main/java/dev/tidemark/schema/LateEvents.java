package dev.tidemark.schema;

import java.util.Locale;

/** What becomes of late events, which are those recorded later than the allowed lateness after their event time. */
public enum LateEvents {
    /** They count at once, like all others. */
    INCLUDE,
    /** They count from the publication on whose cut has passed them. */
    DEFER,
    /** They never count. */
    EXCLUDE;

    /**
     * The treatment of that name, as a source's file has it.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static LateEvents parse(String name) {
        for (LateEvents treatment : values()) {
            if (treatment.toString().equals(name)) {
                return treatment;
            }
        }
        throw new IllegalArgumentException("'" + name + "' is not known; accepted are include, defer and exclude");
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
