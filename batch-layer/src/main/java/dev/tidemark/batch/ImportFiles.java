package dev.tidemark.batch;

import dev.tidemark.deployment.RefusedException;
import dev.tidemark.schema.ImportLog;
import dev.tidemark.view.Fingerprint;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;

/**
 * The files of one import, in the order of their names: the first is partition 0 of its log.
 *
 * @param files the files
 */
record ImportFiles(List<ImportFile> files) {

    ImportFiles {
        files = files.stream()
                .sorted(Comparator.comparing(ImportFile::name)
                        .thenComparing(file -> file.path().toString()))
                .toList();
        Map<String, ImportFile> seen = new HashMap<>();
        for (ImportFile file : files) {
            ImportFile same = seen.put(file.content(), file);
            if (same != null) {
                throw new RefusedException("%s and %s are the same, and would count twice; name one of them"
                        .formatted(same.path(), file.path()));
            }
        }
    }

    /**
     * The files at places, as they are now.
     *
     * @param spark asked only where a Delta table is among them
     * @throws RefusedException if one cannot be imported, or is there twice
     */
    static ImportFiles of(List<Path> places, Supplier<SparkSession> spark) {
        return new ImportFiles(
                places.stream().map(place -> ImportFile.of(place, spark)).toList());
    }

    /** The id of their log: others, or other content, have another. */
    String id() {
        Fingerprint all = new Fingerprint();
        files.forEach(file -> all.add(file.state()));
        return ImportLog.of(all.hex(ImportLog.DIGITS));
    }

    /**
     * Refuses files that are in the archive already, in another import.
     *
     * @param present what was imported before and not revoked
     */
    void requireNew(List<Imported> present) {
        for (ImportFile file : files) {
            for (Imported earlier : present) {
                earlier.files().stream()
                        .filter(known -> known.content().equals(file.content()))
                        .findFirst()
                        .ifPresent(known -> {
                            throw new RefusedException(
                                    ("%s is imported already, as %s of %s, and its rows would count twice; leave it"
                                                    + " out, or take that import out first: `tidemark import --revoke %s`")
                                            .formatted(file.path(), known.name(), earlier.id(), earlier.id()));
                        });
            }
        }
    }

    /** What the commit says of them. */
    List<Imported.File> described() {
        return files.stream()
                .map(file -> new Imported.File(file.name(), file.content()))
                .toList();
    }
}
