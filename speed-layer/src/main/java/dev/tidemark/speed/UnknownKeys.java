package dev.tidemark.speed;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many events had a key that a reference table does not have at their time, since this process began. Tasks of a
 * Spark of one process count here; those on other machines count for themselves, and nobody sees it.
 */
final class UnknownKeys {

    private static final Map<Place, LongAdder> COUNTED = new ConcurrentHashMap<>();

    private UnknownKeys() {}

    private record Place(String deployment, String source, String reference) {}

    /** The count of a deployment's source and a reference table, to add to and to read. */
    static LongAdder of(String deployment, String source, String reference) {
        return COUNTED.computeIfAbsent(new Place(deployment, source, reference), place -> new LongAdder());
    }
}
