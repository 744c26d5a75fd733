package dev.tidemark.deployment;

import dev.tidemark.view.Cause;
import dev.tidemark.view.Publication;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The publications whose changes are in effect, the newest first: from a publication the line goes to the one before it, but
 * from a rollback to the one that it restored. It ends where publications are no longer kept.
 *
 * @param publications them
 */
public record PublicationLine(List<Publication> publications) {

    public PublicationLine {
        publications = List.copyOf(publications);
    }

    /** The line that ends with the newest publication; of nothing, before the first. */
    public static PublicationLine of(PublicationLog log) {
        List<Publication> line = new ArrayList<>();
        Optional<Publication> next = Optional.of(log.latest()).filter(newest -> !newest.isNone());
        while (next.isPresent()) {
            line.add(next.get());
            next = log.read(before(next.get()));
        }
        return new PublicationLine(line);
    }

    private static long before(Publication publication) {
        Cause cause = publication.cause();
        return cause.kind() == Cause.Kind.ROLLBACK ? cause.number() : publication.number() - 1;
    }

    /** Those after {@code number}, the newest first; empty if it is not in the line. */
    public Optional<List<Publication>> after(long number) {
        for (int i = 0; i < publications.size(); i++) {
            if (publications.get(i).number() == number) {
                return Optional.of(publications.subList(0, i));
            }
        }
        return Optional.empty();
    }
}
