package dev.tidemark.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Something that a run does to the warehouse, seen from outside: a file that appears.
 *
 * @param folder where it appears, at any depth, below the warehouse
 * @param name how the file is named
 */
record Effect(String folder, Pattern name) {

    private static final Pattern DATA = Pattern.compile("part-.*\\.parquet");
    private static final Pattern NUMBERED = Pattern.compile("\\d{20}\\.json");

    /** Rows are being written that no commit names yet. */
    static Effect rowsIn(String folder) {
        return new Effect(folder, DATA);
    }

    /** A table's commit, or a publication: what is in its folder counts from then on. */
    static Effect commitIn(String folder) {
        return new Effect(folder, NUMBERED);
    }

    /** The files of this kind that are there. */
    Set<Path> seen(Path warehouse) throws IOException {
        Path root = warehouse.resolve(folder);
        if (Files.notExists(root)) {
            return Set.of();
        }
        try (Stream<Path> files = Files.walk(root)) {
            return new HashSet<>(files.filter(
                            file -> name.matcher(file.getFileName().toString()).matches())
                    .toList());
        }
    }

    @Override
    public String toString() {
        return name + " in " + folder;
    }
}
