package dev.tidemark.batch;

import dev.tidemark.batch.SourceDefinitions.Computed;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.view.Input;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is to be replayed.
 *
 * @param from the first day
 * @param to the first day after them
 * @param views the views; empty for all
 * @param input what it is computed from
 */
record ReplayRequest(LocalDate from, LocalDate to, List<String> views, Input input) {

    ReplayRequest {
        if (!from.isBefore(to)) {
            throw new IllegalArgumentException(
                    "there is no day from " + from + " to " + to + ": `to` is exclusive, and must lie after `from`");
        }
    }

    boolean contains(LocalDate day) {
        return !day.isBefore(from) && day.isBefore(to);
    }

    boolean wants(Computed view) {
        return views.isEmpty() || views.contains(view.name());
    }

    /**
     * Refuses views that batch does not compute.
     *
     * @throws RefusedException then
     */
    void requireKnown(List<SourceDefinitions> definitions) {
        Set<String> known = definitions.stream()
                .flatMap(SourceDefinitions::computed)
                .map(Computed::name)
                .collect(Collectors.toSet());
        for (String view : views) {
            if (!known.contains(view)) {
                throw new RefusedException("--view is '%s'; accepted are the views that batch computes: %s"
                        .formatted(
                                view, String.join(", ", known.stream().sorted().toList())));
            }
        }
    }
}
