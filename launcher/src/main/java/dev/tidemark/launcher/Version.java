package dev.tidemark.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** Says which version this is: the one that the build gave it, as in the name of the archive. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() throws IOException {
        try (InputStream text = Objects.requireNonNull(Version.class.getResourceAsStream("version.txt"))) {
            return new String[] {"tidemark " + new String(text.readAllBytes(), StandardCharsets.UTF_8).strip()};
        }
    }
}
