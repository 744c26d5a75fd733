package dev.tidemark.deployment;

import dev.tidemark.deployment.PublicationLine.Made;
import dev.tidemark.view.Cause;
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

    /** The status of a replay, of which the publications tell. */
    public static ReplayStatus of(ReplayLog replays, PublicationLine line, long replay) {
        Optional<Long> inEffect = approval(line.inEffect(), replay);
        if (inEffect.isPresent()) {
            return new ReplayStatus(State.APPROVED, inEffect);
        }
        if (replays.rejected(replay).isPresent()) {
            return new ReplayStatus(State.REJECTED, Optional.empty());
        }
        Optional<Long> undone = approval(line.made(), replay);
        return new ReplayStatus(undone.isPresent() ? State.ROLLED_BACK : State.OPEN, undone);
    }

    private static Optional<Long> approval(List<Made> publications, long replay) {
        return publications.stream()
                .filter(made -> made.cause().equals(Cause.replay(replay)))
                .map(Made::number)
                .findFirst();
    }
}
