package dev.tidemark.deployment;

import dev.tidemark.deployment.s3.S3FileSystem;
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
public final class AtomicFiles {

    private AtomicFiles() {}

    /**
     * Creates {@code file} with {@code content} unless it exists. On a disk the content is forced there under another name
     * and then linked, which the file system does atomically and refuses where the name is taken; an object store is asked
     * by a conditional PUT, which does the same.
     *
     * @return whether it was created by this call
     */
    public static boolean createIfAbsent(Path file, String content) {
        try {
            return S3FileSystem.has(file)
                    ? S3FileSystem.createIfAbsent(file, content.getBytes(StandardCharsets.UTF_8))
                    : linkIfAbsent(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean linkIfAbsent(Path file, String content) throws IOException {
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
