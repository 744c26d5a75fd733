package dev.tidemark.view;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A view as its file states it, its expressions not yet resolved against the source's schema.
 *
 * @param name the view's name
 * @param description what a reader of it should know
 * @param source the source's name
 * @param layers which layers compute it
 * @param where the filter, a Spark SQL predicate
 * @param pane the pane
 * @param dimensions the dimensions' expressions by name, in order
 * @param measures the measures by name, in order
 */
public record ViewDefinition(
        String name,
        String description,
        String source,
        Layers layers,
        Optional<String> where,
        Pane pane,
        Map<String, String> dimensions,
        Map<String, MeasureCall> measures) {
    public ViewDefinition {
        dimensions = Collections.unmodifiableMap(new LinkedHashMap<>(dimensions));
        measures = Collections.unmodifiableMap(new LinkedHashMap<>(measures));
        if (measures.isEmpty()) {
            throw new IllegalArgumentException("view " + name + " has no measures");
        }
    }
}
