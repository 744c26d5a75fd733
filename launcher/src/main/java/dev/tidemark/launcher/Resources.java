package dev.tidemark.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** What was packed with the launcher. */
final class Resources {

    private Resources() {}

    /** A text, by its path in the launcher's resources, which begins with a slash. */
    static String text(String path) {
        try (InputStream in = Resources.class.getResourceAsStream(path)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
