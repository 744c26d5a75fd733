package dev.tidemark.view;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/**
 * Why a publication was made.
 *
 * @param kind what made it
 * @param number which replay was approved, or which publication was restored; null for other kinds
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Cause(Kind kind, Long number) {

    /** What makes publications. */
    public enum Kind {
        /** Days that events touched since the cut before were computed in full, or all days; the cut moved. */
        RECOMPUTE,
        /** Chosen days were computed in full; the cut stayed. */
        DAYS,
        /** What was archived since the cut before was merged into the days that it touches; the cut moved. */
        ADVANCE,
        /** A replay was approved. */
        REPLAY,
        /** What an earlier publication held was published again. */
        ROLLBACK,
        /** An earlier release did not say. */
        UNKNOWN;

        @JsonCreator
        static Kind of(String name) {
            return valueOf(name.toUpperCase(Locale.ROOT));
        }

        @JsonValue
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public static final Cause UNKNOWN = new Cause(Kind.UNKNOWN, null);
    public static final Cause RECOMPUTE = new Cause(Kind.RECOMPUTE, null);
    public static final Cause DAYS = new Cause(Kind.DAYS, null);
    public static final Cause ADVANCE = new Cause(Kind.ADVANCE, null);

    public Cause {
        boolean numbered = kind == Kind.REPLAY || kind == Kind.ROLLBACK;
        if (numbered != (number != null)) {
            throw new IllegalArgumentException(kind + (numbered ? " of no number" : " of a number"));
        }
    }

    /** Of a replay that was approved. */
    public static Cause replay(long number) {
        return new Cause(Kind.REPLAY, number);
    }

    /** Of a rollback to a publication. */
    public static Cause rollbackTo(long publication) {
        return new Cause(Kind.ROLLBACK, publication);
    }
}
