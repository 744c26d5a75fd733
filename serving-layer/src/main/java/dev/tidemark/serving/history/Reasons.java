package dev.tidemark.serving.history;

import dev.tidemark.schema.Bucket;
import dev.tidemark.serving.segment.Selection;
import dev.tidemark.view.Cause;
import dev.tidemark.view.Cut;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Why a publication answers otherwise than the one before, as far as the two say.
 *
 * @param cause why it was made
 * @param cutMoved whether it counts further, or less far, than the one before
 * @param imported the imports that it counts and the one before did not
 * @param revoked the imports that the one before counted and it does not
 * @param definition what is stated otherwise; empty if nothing
 * @param events how many events of the asked days are in a bucket more than before, or fewer; without those that did not
 *     change
 */
public record Reasons(
        Cause cause,
        boolean cutMoved,
        List<String> imported,
        List<String> revoked,
        Optional<DefinitionChange> definition,
        Map<Bucket, Long> events) {

    /** @param days what selects the asked days */
    static Reasons of(Stand before, Stand after, Optional<Selection> days) {
        Cause cause = after.publication().cause();
        if (before.asked().isEmpty() || after.asked().isEmpty()) {
            return new Reasons(cause, false, List.of(), List.of(), Optional.empty(), Map.of());
        }
        PastView was = before.asked().get();
        PastView is = after.asked().get();
        Cut cutBefore = was.state().cut();
        Cut cut = is.state().cut();
        return new Reasons(
                cause,
                !cutBefore.equals(cut),
                cut.importsBeyond(cutBefore),
                cutBefore.importsBeyond(cut),
                DefinitionChange.between(was, is),
                days.map(asked -> difference(was.events(asked), is.events(asked)))
                        .orElse(Map.of()));
    }

    private static Map<Bucket, Long> difference(Map<Bucket, Long> before, Map<Bucket, Long> after) {
        Map<Bucket, Long> difference = new EnumMap<>(Bucket.class);
        for (Bucket bucket : Bucket.values()) {
            long more = after.getOrDefault(bucket, 0L) - before.getOrDefault(bucket, 0L);
            if (more != 0) {
                difference.put(bucket, more);
            }
        }
        return difference;
    }

    long counted() {
        return events.getOrDefault(Bucket.COUNTED, 0L);
    }
}
