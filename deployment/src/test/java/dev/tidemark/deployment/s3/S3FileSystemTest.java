package dev.tidemark.deployment.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.s3.CarelessStore;
import dev.tidemark.s3.FadingConnection;
import dev.tidemark.s3.SharedS3;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class S3FileSystemTest {

    private static final int WRITERS = 6;

    private final SharedS3.Bucket bucket = SharedS3.bucket();

    private static ObjectStore at(URI endpoint) {
        return new ObjectStore(Optional.of(endpoint), Optional.empty(), true);
    }

    private Path path(String address) {
        return S3FileSystem.path("s3a://" + bucket.name() + address, at(bucket.endpoint()));
    }

    private static boolean create(Path file, String content) throws IOException {
        return S3FileSystem.createIfAbsent(file, content.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void ofManyWritersOneCreatesEachFileAndItsContentStays() throws Exception {
        Path folder = path("/race");
        ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
        try {
            for (int number = 0; number < 20; number++) {
                Path file = folder.resolve("%020d.json".formatted(number));
                List<Callable<String>> attempts = IntStream.range(0, WRITERS)
                        .<Callable<String>>mapToObj(
                                writer -> () -> create(file, "writer " + writer) ? "writer " + writer : "")
                        .toList();
                StringBuilder winners = new StringBuilder();
                for (Future<String> attempt : writers.invokeAll(attempts)) {
                    winners.append(attempt.get());
                }
                assertEquals(Files.readString(file), winners.toString(), "one won, and it was told so");
            }
        } finally {
            writers.shutdown();
        }
    }

    @Test
    void aWriterWhoseAnswerGotLostHasWonAllTheSame() throws IOException {
        try (FadingConnection connection = new FadingConnection(bucket.endpoint())) {
            Path folder = S3FileSystem.path("s3a://" + bucket.name() + "/fading", at(connection.endpoint()));
            assertTrue(create(folder.resolve("before"), "x"));
            connection.lose(1);
            assertTrue(create(folder.resolve("file"), "ours"));
            assertEquals(1, connection.lost());
            assertEquals("ours", Files.readString(folder.resolve("file")));
            assertFalse(create(folder.resolve("file"), "theirs"));
        }
    }

    @Test
    void aStoreThatLetsBothOfTwoWritersThroughIsRefused() throws IOException {
        try (CarelessStore careless = new CarelessStore()) {
            Path file = S3FileSystem.path("s3a://careless/warehouse/file", at(careless.endpoint()));
            IOException refused = assertThrows(IOException.class, () -> create(file, "x"));
            assertTrue(
                    refused.getMessage()
                            .startsWith(
                                    "s3a://careless/warehouse/: the store did not refuse the second of two PUTs with"
                                            + " `If-None-Match: *`"),
                    refused::getMessage);
        }
    }

    @Test
    void filesAreReadListedAndDeletedAsAnywhere() throws IOException {
        Path folder = path("/shop/views");
        assertThrows(NoSuchFileException.class, () -> Files.list(folder));
        assertFalse(Files.exists(folder));
        create(folder.resolve("b/of folder+%.json"), "one\ntwo\n");
        create(folder.resolve("a"), "");
        try (Stream<Path> found = Files.list(folder)) {
            assertEquals(List.of(folder.resolve("a"), folder.resolve("b")), found.toList());
        }
        Path file = folder.resolve("b").resolve("of folder+%.json");
        assertEquals(List.of("one", "two"), Files.readAllLines(file));
        try (InputStream some = Files.newInputStream(file)) {
            assertEquals('o', some.read());
        }
        try (Stream<Path> all = Files.walk(folder)) {
            assertEquals(
                    List.of(folder.resolve("a"), file),
                    all.filter(Files::isRegularFile).toList());
        }
        assertTrue(Files.isDirectory(folder.resolve("b")));
        Files.delete(file);
        assertFalse(Files.exists(folder.resolve("b")), "a folder is gone with the last that was in it");
        assertThrows(NoSuchFileException.class, () -> Files.readString(file));
    }

    @Test
    void pathsAreBuiltAsOnADisk() {
        Path folder = path("/shop");
        assertEquals(
                "s3a://" + bucket.name() + "/shop/a/b.json",
                folder.resolve("a/b.json").toString());
        assertEquals(folder, folder.resolve("a").getParent());
        assertEquals(folder.resolve("c"), folder.resolve("a").resolveSibling("c"));
        assertEquals("a/b", folder.relativize(folder.resolve("a/b")).toString());
        assertEquals(folder.resolve("b"), folder.resolve("a/../b").normalize());
        assertTrue(folder.resolve("a/b").startsWith(folder));
        assertTrue(folder.resolve("a/b").endsWith("a/b"));
        assertEquals("b", folder.resolve("a/b").getFileName().toString());
        assertEquals(folder, folder.getFileSystem().getPath(folder.toString()));
    }

    @Test
    void aBucketThatIsNotThereIsNamed() {
        Path file = S3FileSystem.path("s3a://no-such-bucket/x", at(bucket.endpoint()));
        IOException missing = assertThrows(IOException.class, () -> Files.readString(file));
        assertEquals(
                "s3a://no-such-bucket/x: there is no bucket no-such-bucket; make it, or correct `warehouse` in tidemark.yaml",
                missing.getMessage());
    }
}
