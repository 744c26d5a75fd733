package dev.tidemark.system;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where this checkout stands. */
final class Repository {

    /** Its root: the nearest folder above with the {@code tidemark} script in it. */
    static final Path ROOT = find(Path.of("").toAbsolutePath());

    private Repository() {}

    private static Path find(Path folder) {
        return Files.exists(folder.resolve("tidemark")) ? folder : find(folder.getParent());
    }
}
