package dev.tidemark.batch;

import dev.tidemark.batch.MasterDataset.Version;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What was ever imported into a master dataset, read from its commits.
 *
 * @param master the master dataset
 */
record ImportHistory(MasterDataset master) {

    /**
     * An import.
     *
     * @param commit what its commit says
     * @param revoked when it was taken out; empty if it is still there
     */
    record Entry(ArchiveCommit commit, Optional<Instant> revoked) {

        Imported imported() {
            return commit.imported();
        }
    }

    /** The imports, the newest first. */
    Stream<Entry> newestFirst() {
        Map<String, Instant> revoked = new TreeMap<>();
        return master.all().map(Version::commit).flatMap(commit -> {
            if (commit.revoked() != null) {
                revoked.put(commit.revoked().id(), commit.revoked().at());
            }
            return commit.imported() == null
                    ? Stream.empty()
                    // The next one of that id, further back, may have been revoked by another commit.
                    : Stream.of(new Entry(
                            commit,
                            Optional.ofNullable(revoked.remove(commit.imported().id()))));
        });
    }

    /** Whether an import has been taken out at any time. */
    boolean wasRevoked(String id) {
        return master.all()
                .map(version -> version.commit().revoked())
                .filter(Objects::nonNull)
                .anyMatch(revoked -> revoked.id().equals(id));
    }

    /** When the imports were made that an archive has. */
    Map<String, Instant> times(ArchiveCommit archived) {
        Map<String, Instant> times = new TreeMap<>();
        present(archived).forEach(imported -> times.put(imported.id(), imported.at()));
        return times;
    }

    /** The imports that an archive has, the newest first; no commit beyond them is read. */
    List<Imported> present(ArchiveCommit archived) {
        Set<String> wanted = new HashSet<>();
        archived.cut().imports().forEach(found -> wanted.add(found.id()));
        return wanted.isEmpty()
                ? List.of()
                : newestFirst()
                        .filter(entry -> entry.revoked().isEmpty())
                        .map(Entry::imported)
                        .filter(imported -> wanted.contains(imported.id()))
                        .limit(wanted.size())
                        .toList();
    }
}
