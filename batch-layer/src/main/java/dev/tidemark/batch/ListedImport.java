package dev.tidemark.batch;

import dev.tidemark.batch.ImportHistory.Entry;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Cut;
import dev.tidemark.view.Publication.SourceState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An import, and what became of it.
 *
 * @param id the id of its log
 * @param importedAt when it was made
 * @param files the names of its files
 * @param rows how many rows it had
 * @param malformed how many of them were malformed when they came
 * @param days on how many days its events are
 * @param revokedAt when it was revoked; null if it is there
 * @param published whether the newest publication holds it
 */
record ListedImport(
        String source,
        String id,
        Instant importedAt,
        List<String> files,
        long rows,
        long malformed,
        int days,
        Instant revokedAt,
        boolean published) {

    private static final int MOST_NAMES = 3;

    /** The imports of a source, the newest first. */
    static List<ListedImport> of(Deployment deployment, Source source) {
        Cut published = deployment
                .warehouse()
                .publications()
                .latest()
                .source(source.name())
                .map(SourceState::cut)
                .orElse(Cut.NONE);
        return new ImportHistory(MasterDataset.of(deployment, source))
                .newestFirst()
                .map(entry -> of(source, entry, published))
                .toList();
    }

    private static ListedImport of(Source source, Entry entry, Cut published) {
        Imported imported = entry.imported();
        return new ListedImport(
                source.name(),
                imported.id(),
                imported.at(),
                imported.files().stream().map(Imported.File::name).toList(),
                entry.commit().added().end().imports().get(0).rows(),
                entry.commit().malformedAdded(),
                entry.commit().eventsByDay().size(),
                entry.revoked().orElse(null),
                published.logs().containsKey(imported.id()));
    }

    /** For a terminal. */
    String line() {
        return "%s  %s  %s  %,d rows of %d days, %,d malformed  %s  %s"
                .formatted(source, id, importedAt, rows, days, malformed, standing(), names());
    }

    private String standing() {
        String publicly = published ? "published" : "not published";
        return Optional.ofNullable(revokedAt)
                .map(at -> "revoked at " + at + (published ? ", still published" : ""))
                .orElse(publicly);
    }

    private String names() {
        String first = String.join(", ", files.subList(0, Math.min(MOST_NAMES, files.size())));
        return files.size() > MOST_NAMES ? first + " and %,d more".formatted(files.size() - MOST_NAMES) : first;
    }
}
