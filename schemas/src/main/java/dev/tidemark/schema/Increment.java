package dev.tidemark.schema;

import java.util.List;

/**
 * What the speed layer emits for one event. It counts by its position's offset, and covers [{@code from}, offset]: the
 * task that made it saw no other event between {@code from} and its own.
 *
 * @param position the event's position
 * @param from the first offset that it covers; at most the position's offset
 * @param recordTimestamp Kafka's timestamp of the event, in milliseconds of the epoch
 * @param eventTime the event's time, in microseconds of the epoch; zero of a malformed one
 * @param contributions one for each view of the definition set, in its order
 */
public record Increment(
        Position position, long from, long recordTimestamp, long eventTime, List<Contribution> contributions) {
    public Increment {
        if (from < 0 || from > position.offset()) {
            throw new IllegalArgumentException("covers from " + from + ", which is not below " + position);
        }
    }

    /** The first offset after it. */
    public long end() {
        return position.offset() + 1;
    }
}
