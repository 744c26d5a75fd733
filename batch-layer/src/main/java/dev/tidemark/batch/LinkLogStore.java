package dev.tidemark.batch;

import dev.tidemark.deployment.AtomicFiles;
import io.delta.storage.LocalLogStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Iterator;
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
        StringBuilder content = new StringBuilder();
        actions.forEachRemaining(action -> content.append(action).append('\n'));
        try {
            if (!AtomicFiles.createIfAbsent(commit, content.toString())) {
                throw new FileAlreadyExistsException(commit.toString());
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
