package dev.tidemark.schema;

import java.util.Optional;

/**
 * What became of an event in a view. Every event is in exactly one bucket of every view of its source: the first that
 * applies, in the order of {@link #MALFORMED}, {@link #DUPLICATE}, {@link #DEFERRED} or {@link #EXCLUDED},
 * {@link #FILTERED}, {@link #FAILED}. The order of the constants is part of the increment's format.
 */
public enum Bucket {
    /** Its cell's measures include it. */
    COUNTED,
    /** It could not be read by the schema, or its event time is out of the source's range. */
    MALFORMED,
    /** An earlier event has its id. */
    DUPLICATE,
    /** Late, and waiting for a cut to pass it. */
    DEFERRED,
    /** Late, and never counted. */
    EXCLUDED,
    /** The view's filter does not hold. */
    FILTERED,
    /** An expression of the view failed on it. */
    FAILED;

    /** Where a late event is until a cut passes it; empty if late events count like others. */
    public static Optional<Bucket> ofLate(LateEvents treatment) {
        return switch (treatment) {
            case INCLUDE -> Optional.empty();
            case DEFER -> Optional.of(DEFERRED);
            case EXCLUDE -> Optional.of(EXCLUDED);
        };
    }
}
