package dev.tidemark.deployment;

import dev.tidemark.view.Cause;
import dev.tidemark.view.Publication;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What became of a replay, told from the publications.
 *
 * @param state what became of it
 * @param publication the newest publication that its approval made, if it was approved
 */
public record ReplayStatus(State state, Optional<Long> publication) {

    /** What may become of a replay. */
    public enum State {
        /** Nothing yet. */
        OPEN,
        /** It was published, and is in effect. */
        APPROVED,
        /** It was published, and a rollback has undone that: it may be approved again. */
        ROLLED_BACK,
        /** It was rejected. */
        REJECTED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /** The status of a replay while {@code line} is in effect. */
    public static ReplayStatus of(Warehouse warehouse, PublicationLine line, long replay) {
        Cause approval = Cause.replay(replay);
        Optional<Long> inEffect = line.publications().stream()
                .filter(publication -> publication.cause().equals(approval))
                .map(Publication::number)
                .findFirst();
        if (inEffect.isPresent()) {
            return new ReplayStatus(State.APPROVED, inEffect);
        }
        if (warehouse.replays().rejected(replay).isPresent()) {
            return new ReplayStatus(State.REJECTED, Optional.empty());
        }
        PublicationLog log = warehouse.publications();
        List<Long> numbers = log.numbers();
        for (int i = numbers.size() - 1; i >= 0; i--) {
            Optional<Publication> publication = log.read(numbers.get(i));
            if (publication.filter(found -> found.cause().equals(approval)).isPresent()) {
                return new ReplayStatus(State.ROLLED_BACK, Optional.of(numbers.get(i)));
            }
        }
        return new ReplayStatus(State.OPEN, Optional.empty());
    }
}
