package dev.tidemark.deployment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.UUID;

/** Files that appear whole or not at all. */
final class AtomicFiles {

    private AtomicFiles() {}

    /**
     * Creates {@code file} with {@code content} unless it exists: the content is forced to disk under another name and
     * then linked, which the file system does atomically and refuses where the name is taken.
     *
     * @return whether it was created by this call
     */
    static boolean createIfAbsent(Path file, String content) {
        try {
            Files.createDirectories(file.getParent());
            // Not a temporary file of the JDK's: that is its owner's alone, and so would the file be.
            Path written = file.resolveSibling(".new-" + UUID.randomUUID());
            try {
                Files.writeString(written, content, StandardOpenOption.CREATE_NEW);
                try (FileChannel channel = FileChannel.open(written, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
                Files.createLink(file, written);
                return true;
            } catch (FileAlreadyExistsException e) {
                return false;
            } finally {
                Files.deleteIfExists(written);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The file's content, if it exists. */
    static Optional<String> read(Path file) {
        try {
            return Optional.of(Files.readString(file, StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
