package dev.tidemark.deployment;

import dev.tidemark.view.Cause;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which publications were made and why, and whose changes are in effect: from a publication the line goes to the one before
 * it, but from a rollback to the one that it restored. It ends where publications are no longer kept.
 *
 * @param made all that are kept, the newest first
 * @param inEffect those in the line that ends with the newest, the newest first; none before the first publication
 */
public record PublicationLine(List<Made> made, List<Made> inEffect) {

    /**
     * A publication.
     *
     * @param number its number
     * @param cause why it was made
     */
    public record Made(long number, Cause cause) {

        private long before() {
            return cause.kind() == Cause.Kind.ROLLBACK ? cause.number() : number - 1;
        }
    }

    public PublicationLine {
        made = List.copyOf(made);
        inEffect = List.copyOf(inEffect);
    }

    /** Of what is published now. */
    public static PublicationLine of(PublicationLog log) {
        TreeMap<Long, Made> made = new TreeMap<>();
        for (long number : log.numbers()) {
            log.cause(number).ifPresent(cause -> made.put(number, new Made(number, cause)));
        }
        List<Made> line = new ArrayList<>();
        Made next =
                Optional.ofNullable(made.lastEntry()).map(Map.Entry::getValue).orElse(null);
        while (next != null) {
            line.add(next);
            next = made.get(next.before());
        }
        return new PublicationLine(List.copyOf(made.descendingMap().values()), line);
    }

    /** Those in effect after {@code number}, the newest first; empty if it is not in the line. */
    public Optional<List<Made>> after(long number) {
        for (int i = 0; i < inEffect.size(); i++) {
            if (inEffect.get(i).number() == number) {
                return Optional.of(inEffect.subList(0, i));
            }
        }
        return Optional.empty();
    }
}
