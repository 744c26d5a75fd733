package dev.tidemark.serving.alert;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The alerts of one view that stand: the last record of each, of those that were neither retracted nor resolved. An
 * accumulator; not thread-safe.
 */
public final class Standing {

    private final Map<String, Alert> byId = new LinkedHashMap<>();

    /** The alert of that id, if it stands. */
    public Optional<Alert> alert(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** All that stand, in the order in which they came to. */
    public Collection<Alert> alerts() {
        return Collections.unmodifiableCollection(byId.values());
    }

    /** Takes in a record that is committed. */
    void add(Alert alert) {
        if (alert.state().stands()) {
            byId.put(alert.id(), alert);
        } else {
            byId.remove(alert.id());
        }
    }
}
