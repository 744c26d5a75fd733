package dev.tidemark.batch;

import io.delta.storage.LocalLogStore;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;

/**
 * Delta's log on a local file system, safe for writers in several processes. Delta's own store looks whether a commit
 * exists and then renames over it, so of two processes that commit at once one could wipe out the other's commit. Here
 * a commit is written under another name and then linked, which fails where the name is taken.
 *
 * <p>Delta finds it by {@code spark.delta.logStore.file.impl} and calls its constructor.
 */
public final class LinkLogStore extends LocalLogStore {

    public LinkLogStore(Configuration hadoop) {
        super(hadoop);
    }

    @Override
    public void write(
            org.apache.hadoop.fs.Path commit, Iterator<String> actions, Boolean overwrite, Configuration hadoop)
            throws IOException {
        if (overwrite) {
            super.write(commit, actions, true, hadoop);
        } else {
            create(Path.of(commit.toUri().getPath()), actions);
        }
    }

    private static void create(Path commit, Iterator<String> actions) throws IOException {
        Files.createDirectories(commit.getParent());
        // Not a temporary file of the JDK's: that is its owner's alone, and so would the commit be.
        Path written = commit.resolveSibling("." + commit.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            writeLines(written, actions);
            Files.createLink(commit, written);
        } finally {
            Files.deleteIfExists(written);
        }
    }

    private static void writeLines(Path file, Iterator<String> lines) throws IOException {
        try (BufferedWriter writer = Files.newBufferedWriter(file, StandardOpenOption.CREATE_NEW)) {
            while (lines.hasNext()) {
                writer.write(lines.next());
                writer.write('\n');
            }
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }
}
