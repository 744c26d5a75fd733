package dev.tidemark.serving.spool;

import dev.tidemark.view.Json;
import dev.tidemark.view.Publication;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.zip.CRC32C;

/**
 * What a spool is of. It names it, and one that names anything else is not taken.
 *
 * @param deployment the deployment's name
 * @param source the source's name
 * @param definitionSet the identity of the definition set whose increments are folded
 * @param log the log that the source's topic is
 * @param increments the id of the increments topic, since one that was created again has other positions
 * @param publication the number of the publication from whose cut on they are folded
 * @param publishedAt when it was made: a warehouse that was begun anew counts its publications anew
 */
public record SpoolKey(
        String deployment,
        String source,
        String definitionSet,
        String log,
        String increments,
        long publication,
        Instant publishedAt) {

    /** The key of a source under a publication. */
    public static SpoolKey of(
            String deployment,
            String source,
            String definitionSet,
            String log,
            String increments,
            Publication publication) {
        return new SpoolKey(
                deployment, source, definitionSet, log, increments, publication.number(), publication.publishedAt());
    }

    /** The same text for equal keys alone. */
    String text() {
        return Json.write(this);
    }

    /** The name of its folder. Two keys may have the same one, but then what is there names its own. */
    String folder() {
        CRC32C hash = new CRC32C();
        hash.update(text().getBytes(StandardCharsets.UTF_8));
        return "publication-%d-%08x".formatted(publication, hash.getValue());
    }
}
