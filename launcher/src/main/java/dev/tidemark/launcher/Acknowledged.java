package dev.tidemark.launcher;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a broker has acknowledged.
 *
 * @param records how many records
 * @param ends by partition, the offset of the last one plus one: what {@code at_least} of a query takes
 */
record Acknowledged(long records, Map<Integer, Long> ends) {

    static final Acknowledged NOTHING = new Acknowledged(0, Map.of());

    Acknowledged {
        ends = Collections.unmodifiableMap(new TreeMap<>(ends));
    }
}
