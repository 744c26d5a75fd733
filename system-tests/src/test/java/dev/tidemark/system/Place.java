package dev.tidemark.system;

import dev.tidemark.schema.Position;
import java.util.Comparator;

/** A record's place in the log of its topic. */
record Place(int partition, long offset) implements Comparable<Place> {

    private static final Comparator<Place> ORDER =
            Comparator.comparingInt(Place::partition).thenComparingLong(Place::offset);

    static Place of(Position position) {
        return new Place(position.partition(), position.offset());
    }

    @Override
    public int compareTo(Place other) {
        return ORDER.compare(this, other);
    }
}
