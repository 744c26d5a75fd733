package dev.tidemark.view;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.tidemark.view.aggregate.Equality;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;

/**
 * What an answer changed by when a publication's cut passed, though no event came: the difference between what was published
 * before with the increments up to the cut, and what is published now.
 *
 * @param publication the publication
 * @param source the source
 * @param view the view
 * @param day the day
 * @param measure the measure
 * @param equality the class in which it is compared
 * @param cells how many cells have another result in it
 * @param answered the measure over the day as it was answered just before the cut passed
 * @param recomputed the same as batch makes it
 * @param cause what explains it, if anything does
 * @param largest the cells that differ most, of all days of the view
 */
public record Drift(
        long publication,
        String source,
        String view,
        LocalDate day,
        String measure,
        Equality equality,
        long cells,
        Object answered,
        Object recomputed,
        Cause cause,
        List<ViewDifference.ChangedCell> largest) {

    /** What explains a difference. */
    public enum Cause {
        /** Late events that wait until a cut passes them, as the source's {@code late_events: defer} says. */
        DEFERRED,
        /** Events that the one layer took for duplicates and the other did not. */
        DUPLICATES,
        /** A sketch's own tolerance: the results count as the same. */
        SKETCH,
        /** The speed layer counted the new events otherwise than batch: an increment is broken, or an expression differs. */
        EXPRESSION,
        /** Both counted the new events alike, so what was published before is not what the archive gives. */
        UNEXPLAINED;

        @JsonCreator
        static Cause of(String name) {
            return valueOf(name.toUpperCase(Locale.ROOT));
        }

        /** Whether it is as the definitions would have it: else something is broken. */
        public boolean isExpected() {
            return this == DEFERRED || this == DUPLICATES || this == SKETCH;
        }

        @JsonValue
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
