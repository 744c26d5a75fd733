package dev.tidemark.batch;

import dev.tidemark.deployment.DeltaLogFiles;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.view.Fingerprint;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * A file to import, or a Delta table.
 *
 * @param path where it is
 * @param kind how its rows are read
 * @param content a hash of what is in it; of a Delta table its id, since a later version of it repeats an earlier one
 * @param state a hash of what is in it at the moment
 * @param version the version of a Delta table that is read; -1 of a file
 */
record ImportFile(Path path, Kind kind, String content, String state, long version) {

    private static final int HASH_DIGITS = 32;

    /** How the rows of a file are read. */
    enum Kind {
        PARQUET("parquet"),
        CSV("csv"),
        NDJSON("ndjson", "jsonl", "json"),
        DELTA;

        private final List<String> extensions;

        Kind(String... extensions) {
            this.extensions = List.of(extensions);
        }

        /** The kind of the file of that name, or of the folder. */
        static Kind of(Path path) {
            if (!Files.exists(path)) {
                throw refused(path, "is not there");
            }
            if (Files.isDirectory(path)) {
                if (new DeltaLogFiles(path).versions().findAny().isEmpty()) {
                    throw refused(path, "is a folder without _delta_log; accepted is " + accepted());
                }
                return DELTA;
            }
            String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
            String unpacked = name.endsWith(".gz") ? name.substring(0, name.length() - ".gz".length()) : name;
            String extension = unpacked.substring(unpacked.lastIndexOf('.') + 1);
            return Arrays.stream(values())
                    .filter(kind -> kind.extensions.contains(extension))
                    .filter(kind -> kind != PARQUET || unpacked.equals(name))
                    .findFirst()
                    .orElseThrow(() ->
                            refused(path, "is of no known kind: its name ends otherwise; accepted is " + accepted()));
        }

        private static String accepted() {
            return Arrays.stream(values())
                            .flatMap(kind -> kind.extensions.stream())
                            .map(extension -> "." + extension)
                            .collect(Collectors.joining(", "))
                    + " (csv and JSON with .gz after it too), or the folder of a Delta table";
        }
    }

    static RefusedException refused(Path path, String message) {
        return new RefusedException(path + " " + message);
    }

    /** Its name without its folder. */
    String name() {
        return path.getFileName().toString();
    }

    /**
     * The file or table at a place as it is now.
     *
     * @throws RefusedException if there is none that can be imported
     */
    static ImportFile of(Path place, java.util.function.Supplier<SparkSession> spark) {
        Path path = place.toAbsolutePath().normalize();
        Kind kind = Kind.of(path);
        if (kind == Kind.DELTA) {
            return ofTable(path, spark.get());
        }
        // The same bytes under another extension are other rows.
        String content = new Fingerprint()
                .add(kind.name())
                .add(path.toString().endsWith(".gz") ? "gz" : "")
                .add(sha256(path))
                .hex(HASH_DIGITS);
        return new ImportFile(path, kind, content, content, -1);
    }

    private static ImportFile ofTable(Path path, SparkSession spark) {
        String name = "delta.`" + path.toString().replace("`", "``") + "`";
        String id = spark.sql("DESCRIBE DETAIL " + name).first().getAs("id");
        Row newest = spark.sql("DESCRIBE HISTORY " + name + " LIMIT 1").first();
        long version = newest.getAs("version");
        Fingerprint state = new Fingerprint().add(id).add("@" + version);
        Arrays.stream(DeltaTables.read(spark, path, version).inputFiles())
                .map(file -> file.substring(file.lastIndexOf('/')))
                .sorted()
                .forEach(state::add);
        String content = new Fingerprint().add(Kind.DELTA.name()).add(id).hex(HASH_DIGITS);
        return new ImportFile(path, Kind.DELTA, content, state.hex(HASH_DIGITS), version);
    }

    private static String sha256(Path file) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            try (InputStream bytes = new DigestInputStream(Files.newInputStream(file), digest)) {
                bytes.transferTo(java.io.OutputStream.nullOutputStream());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        } catch (IOException e) {
            throw refused(file, "cannot be read: " + e.getMessage());
        }
    }
}
