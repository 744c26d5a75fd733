package dev.tidemark.deployment;

import dev.tidemark.deployment.s3.S3FileSystem;
import dev.tidemark.schema.Enrichment;
import dev.tidemark.view.Cut;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Json;
import dev.tidemark.view.Publication.SourceState;
import dev.tidemark.view.StoredDefinitions;
import dev.tidemark.view.View;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The layout of everything that is kept. {@code views}, {@code master} and {@code dead_letters} are ordinary Delta
 * tables that other engines may read; the rest is ours.
 *
 * @param root the folder, on a disk or in a bucket
 */
public record Warehouse(Path root) {

    private static final String JSON = ".json";

    /** Settings that Hadoop needs to reach it, {@code fs.s3a.endpoint} and the like; none, on a disk. */
    public Map<String, String> hadoop() {
        return S3FileSystem.hadoop(root);
    }

    /** Whether it is in a bucket, not on a disk. */
    public boolean isInBucket() {
        return S3FileSystem.has(root);
    }

    /**
     * Makes sure that of two processes that create the same file one is told so: on a disk the link does that, an object
     * store is tried once for each process.
     *
     * @throws RefusedException if the store does not do it, or cannot be asked
     */
    public void requireFenced() {
        if (isInBucket()) {
            try {
                S3FileSystem.requireFenced(root);
            } catch (IOException e) {
                throw new RefusedException(e.getMessage());
            }
        }
    }

    /** The Delta table of a source's events: the master dataset. */
    public Path master(String source) {
        return root.resolve("master").resolve(source);
    }

    /** The Delta table of what could not be counted, of all sources. */
    public Path deadLetters() {
        return root.resolve("dead_letters");
    }

    /** The Delta table of a view's finished results. */
    public Path view(String view) {
        return root.resolve("views").resolve(view);
    }

    /**
     * The Delta table of a view's segments.
     *
     * @param set a definition set that the view is in; all that state it alike share the table
     */
    public Path segments(DefinitionSet set, View view) {
        return root.resolve("segments").resolve(view.name()).resolve(set.segmentsId(view));
    }

    /** The Delta table of a reference table's loaded versions. */
    public Path reference(String name) {
        return root.resolve("references").resolve(name);
    }

    /** The newest version of a reference table; empty if it has not been loaded as it is stated. */
    public Optional<LoadedReference> loadedReference(ReferenceTable table) {
        return loadedReferences(table.name()).findFirst().filter(loaded -> loaded.isOf(table));
    }

    /** The versions of a reference table that were loaded, the newest first. */
    public Stream<LoadedReference> loadedReferences(String name) {
        return LoadedReference.newestFirst(reference(name));
    }

    /**
     * The version of a reference table that has what a definition set pins. It is found by its content: a table that was
     * deleted and loaded again numbers its versions anew.
     *
     * @throws RefusedException if no version has it
     */
    public long versionOf(Enrichment pinned) {
        return loadedReferences(pinned.reference())
                .filter(loaded -> loaded.has(pinned.content()))
                .findFirst()
                .orElseThrow(() -> new RefusedException(
                        ("reference %s: no version in %s has the rows that a definition set joins (content %s, which was"
                                        + " version %d): put those rows back where the table is loaded from, run"
                                        + " `tidemark references load`, and then load what it has now")
                                .formatted(
                                        pinned.reference(),
                                        reference(pinned.reference()),
                                        pinned.content(),
                                        pinned.version())))
                .version();
    }

    /** The publications. */
    public PublicationLog publications() {
        return new PublicationLog(root.resolve("publications"));
    }

    /** The Delta table of what answers changed by when a cut passed. */
    public Path drift() {
        return root.resolve("drift");
    }

    /** The replays. */
    public ReplayLog replays() {
        return new ReplayLog(root.resolve("replays"));
    }

    /**
     * From where on a view's matches are told of on a topic, as long as the view is stated as it is: the cut that was there when
     * that was first asked.
     *
     * @param segmentsId the view's statement
     * @param cut the cut now
     */
    public Cut alertsSince(String topic, String view, String segmentsId, Cut cut) {
        Path file = root.resolve("alerts").resolve(topic).resolve(view).resolve(segmentsId + JSON);
        AtomicFiles.createIfAbsent(file, Json.write(cut));
        return Json.read(AtomicFiles.read(file).orElseThrow(), Cut.class, file.toString());
    }

    /** Keeps the types of a definition set, for processes without Spark. Saving it again changes nothing. */
    public void saveDefinitions(DefinitionSet set) {
        AtomicFiles.createIfAbsent(definitions(set.source().name(), set.id()), Json.write(StoredDefinitions.of(set)));
    }

    /** The definition set that was saved under {@code id}. */
    public Optional<DefinitionSet> loadDefinitions(String source, String id) {
        Path file = definitions(source, id);
        return AtomicFiles.read(file).map(json -> Json.read(json, StoredDefinitions.class, file.toString())
                .toSet());
    }

    /**
     * The definition set that was saved under {@code id}.
     *
     * @throws UnavailableException if it is not there
     */
    public DefinitionSet requireDefinitions(String source, String id) {
        return loadDefinitions(source, id)
                .orElseThrow(() -> new UnavailableException(("definition set %s of source %s is not in the warehouse"
                                + " yet: `tidemark speed` and `tidemark recompute` put it there")
                        .formatted(id, source)));
    }

    /**
     * The definition sets that were published of a source: that of its streamed views, and that of those which batch
     * alone computes.
     *
     * @throws UnavailableException if one is not there
     */
    public List<DefinitionSet> publishedDefinitions(String source, SourceState state) {
        return List.of(requireDefinitions(source, state.definitionSet()), requireDefinitions(source, state.batchSet()));
    }

    private Path definitions(String source, String id) {
        return root.resolve("definitions").resolve(source).resolve(id + JSON);
    }
}
