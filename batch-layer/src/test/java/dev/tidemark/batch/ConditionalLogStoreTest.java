package dev.tidemark.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.deployment.s3.ObjectStore;
import dev.tidemark.s3.FadingConnection;
import dev.tidemark.s3.SharedS3;
import io.delta.storage.CloseableIterator;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;

class ConditionalLogStoreTest {

    private static final int WRITERS = 6;
    private static final int COMMITS = 20;

    private final SharedS3.Bucket bucket = SharedS3.bucket();
    private final Path log = new Path("s3a://" + bucket.name() + "/table/_delta_log");
    private final Configuration hadoop = at(bucket.endpoint());

    private static Configuration at(URI endpoint) {
        Configuration hadoop = new Configuration();
        new ObjectStore(Optional.of(endpoint), Optional.empty(), true).hadoop().forEach(hadoop::set);
        return hadoop;
    }

    private Path commit(int version) {
        return new Path(log, "%020d.json".formatted(version));
    }

    @Test
    void ofManyWritersOneWinsEachCommitAndNoneIsLost() throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
        try {
            for (int version = 0; version < COMMITS; version++) {
                Path commit = commit(version);
                List<Callable<String>> attempts = IntStream.range(0, WRITERS)
                        .<Callable<String>>mapToObj(
                                writer -> () -> wins(commit, "writer " + writer) ? "writer " + writer : "")
                        .toList();
                StringBuilder winners = new StringBuilder();
                for (Future<String> attempt : writers.invokeAll(attempts)) {
                    winners.append(attempt.get());
                }
                assertEquals(read(commit), List.of(winners.toString()), "one won, and it was told so");
            }
        } finally {
            writers.shutdown();
        }
        Iterator<FileStatus> from = new ConditionalLogStore(hadoop).listFrom(commit(COMMITS - 2), hadoop);
        assertEquals(commit(COMMITS - 2), from.next().getPath());
        assertEquals(commit(COMMITS - 1), from.next().getPath());
        assertFalse(from.hasNext());
    }

    @Test
    void aCommitIsNeverWrittenOverUnlessThatIsAskedFor() throws IOException {
        assertTrue(wins(commit(1), "ours"));
        assertThrows(FileAlreadyExistsException.class, () -> write(hadoop, commit(1), "theirs", false));
        assertEquals(List.of("ours"), read(commit(1)));
        write(hadoop, commit(1), "instead", true);
        assertEquals(List.of("instead"), read(commit(1)));
    }

    @Test
    void aWriterWhoseAnswerGotLostHasWonAllTheSame() throws IOException {
        try (FadingConnection connection = new FadingConnection(bucket.endpoint())) {
            Configuration fading = at(connection.endpoint());
            // A file system that reaches the bucket by another way than the one that is remembered for it.
            fading.set("fs.s3a.impl.disable.cache", "true");
            connection.lose(1);
            write(fading, commit(1), "ours", false);
            assertEquals(1, connection.lost());
            assertEquals(List.of("ours"), read(commit(1)));
            assertThrows(FileAlreadyExistsException.class, () -> write(fading, commit(1), "theirs", false));
        }
    }

    private boolean wins(Path commit, String action) throws IOException {
        try {
            write(hadoop, commit, action, false);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    /** With a store of its own each, since the stores of two processes share no lock. */
    private static void write(Configuration hadoop, Path file, String action, boolean overwrite) throws IOException {
        new ConditionalLogStore(hadoop).write(file, List.of(action).iterator(), overwrite, hadoop);
    }

    private List<String> read(Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        try (CloseableIterator<String> found = new ConditionalLogStore(hadoop).read(file, hadoop)) {
            found.forEachRemaining(lines::add);
        }
        return lines;
    }
}
