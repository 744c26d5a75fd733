package dev.tidemark.view.aggregate;

import dev.tidemark.schema.Position;
import java.util.Comparator;

/**
 * When an event happened and where it stands in the log. In the order of event time, and of position where times are
 * equal: no two events are equal in it, so that there is one first and one last of any events.
 *
 * @param eventTime the event's time, in microseconds of the epoch
 * @param position the event's position
 */
public record Occurrence(long eventTime, Position position) implements Comparable<Occurrence> {

    private static final Comparator<Occurrence> ORDER = Comparator.comparingLong(Occurrence::eventTime)
            .thenComparing(at -> at.position().log(), Values::compare)
            .thenComparingInt(at -> at.position().partition())
            .thenComparingLong(at -> at.position().offset());

    @Override
    public int compareTo(Occurrence other) {
        return ORDER.compare(this, other);
    }
}
