package dev.tidemark.batch;

import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.UnavailableException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What kept sources from being archived in one run. Accumulates. */
final class ArchiveFailures {

    /** From what needs somebody's hand to what the next run gets over by itself; what is not known comes before. */
    private static final List<Class<? extends RuntimeException>> BY_GRAVITY =
            List.of(RefusedException.class, UnavailableException.class, LostRaceException.class);

    private final List<RuntimeException> failures = new ArrayList<>();

    /** One more source's failure. */
    void add(Exception failure) {
        failures.add(UnavailableException.of(failure)
                .<RuntimeException>map(unavailable -> unavailable)
                .orElseGet(() -> unchecked(failure)));
    }

    /** Spark throws checked exceptions that its methods do not declare. */
    private static RuntimeException unchecked(Exception failure) {
        return failure instanceof RuntimeException runtime ? runtime : new IllegalStateException(failure);
    }

    /**
     * Fails if a source has.
     *
     * @throws RuntimeException the gravest failure, with the others as suppressed ones in the order of their gravity:
     *     an unknown one before {@link RefusedException} before {@link UnavailableException} before
     *     {@link LostRaceException}
     */
    void throwGravest() {
        if (failures.isEmpty()) {
            return;
        }
        failures.sort(Comparator.comparingInt(failure -> BY_GRAVITY.indexOf(failure.getClass())));
        RuntimeException gravest = failures.remove(0);
        failures.forEach(gravest::addSuppressed);
        throw gravest;
    }
}
