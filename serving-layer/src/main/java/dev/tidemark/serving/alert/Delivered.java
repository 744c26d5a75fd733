package dev.tidemark.serving.alert;

import dev.tidemark.view.Json;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/**
 * How far a webhook has come in one partition of its topic: committed offsets that say too what became of the alerts below
 * them. Whoever asks how it stands asks the broker.
 *
 * @param next the first offset that has not been seen to
 * @param delivered how many alerts the receiver has taken
 * @param givenUp how many it never will: those that became too old, and those that it refused
 */
public record Delivered(long next, long delivered, long givenUp) {

    private record Counts(long delivered, long givenUp) {}

    /** As it was committed. */
    public static Delivered of(OffsetAndMetadata committed) {
        if (committed.metadata().isEmpty()) {
            return new Delivered(committed.offset(), 0, 0);
        }
        Counts counts = Json.read(committed.metadata(), Counts.class, "the metadata of a webhook's committed offset");
        return new Delivered(committed.offset(), counts.delivered(), counts.givenUp());
    }

    /** As it is to be committed. */
    public OffsetAndMetadata offset() {
        return new OffsetAndMetadata(next, Json.write(new Counts(delivered, givenUp)));
    }

    /** With one more alert, which was delivered or given up. */
    public Delivered and(long offset, boolean isDelivered) {
        return new Delivered(offset + 1, delivered + (isDelivered ? 1 : 0), givenUp + (isDelivered ? 0 : 1));
    }
}
