package dev.tidemark.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinkLogStoreTest {

    private static final Configuration HADOOP = new Configuration();

    @TempDir
    Path log;

    @Test
    void aCommitIsNeverWrittenOver() throws IOException {
        Path commit = log.resolve("00000000000000000001.json");
        write(commit, "ours");
        assertThrows(FileAlreadyExistsException.class, () -> write(commit, "theirs"));
        assertEquals(List.of("ours"), Files.readAllLines(commit));
        try (Stream<Path> files = Files.list(log)) {
            assertEquals(List.of(commit), files.toList());
        }
    }

    @Test
    void aCommitMayBeReadByWhoMayReadAnyNewFile() throws IOException {
        Path commit = log.resolve("00000000000000000001.json");
        write(commit, "ours");
        Path plain = Files.createFile(log.resolve("plain"));
        assertEquals(Files.getPosixFilePermissions(plain), Files.getPosixFilePermissions(commit));
    }

    @Test
    void ofManyWritersOneWinsEachCommit() throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(4);
        try {
            for (int version = 0; version < 50; version++) {
                Path commit = log.resolve("%020d.json".formatted(version));
                List<Callable<Boolean>> attempts = IntStream.range(0, 4)
                        .<Callable<Boolean>>mapToObj(writer -> () -> wins(commit, writer))
                        .toList();
                int won = 0;
                for (Future<Boolean> attempt : writers.invokeAll(attempts)) {
                    won += attempt.get() ? 1 : 0;
                }
                assertEquals(1, won);
            }
        } finally {
            writers.shutdown();
        }
    }

    private static boolean wins(Path commit, int writer) throws IOException {
        try {
            write(commit, "writer " + writer);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    /** With a store of its own each, since the stores of two processes share no lock. */
    private static void write(Path commit, String action) throws IOException {
        new LinkLogStore(HADOOP)
                .write(
                        new org.apache.hadoop.fs.Path(commit.toUri()),
                        List.of(action).iterator(),
                        false,
                        HADOOP);
    }
}
