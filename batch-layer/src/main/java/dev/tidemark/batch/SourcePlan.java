package dev.tidemark.batch;

import dev.tidemark.schema.Source;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Publication.SourceState;
import java.time.LocalDate;
import java.util.SortedSet;

/**
 * What a run does for one source.
 *
 * @param source the source
 * @param set its views
 * @param state what the publication will say of it; the cut that the run computes up to is in it
 * @param days the days to recompute, of the deployment's timezone
 */
record SourcePlan(Source source, DefinitionSet set, SourceState state, SortedSet<LocalDate> days) {

    /** Whether there is anything to compute. */
    boolean hasWork() {
        return !days.isEmpty() && !set.views().isEmpty();
    }
}
