package dev.tidemark.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.schema.Bucket;
import dev.tidemark.view.Cause;
import dev.tidemark.view.Cut;
import dev.tidemark.view.Publication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublicationLogTest {

    @TempDir
    Path folder;

    private static Publication publication(long number, String segment) {
        Publication.SourceState state = new Publication.SourceState(
                "v1-x",
                "v1-y",
                3,
                Instant.parse("2026-01-01T00:00:00Z"),
                new Cut(Map.of("log", Map.of(0, 10L))),
                Map.of("log", Map.of(0, 5L)),
                Map.of(),
                Map.of("log", Map.of(0, 10L)));
        Publication.SegmentRef ref = new Publication.SegmentRef(
                segment, 2, Map.of("log", Map.of(0, Map.of(Bucket.COUNTED, 7L, Bucket.FILTERED, 3L))));
        return new Publication(
                number,
                Instant.parse("2026-01-02T00:00:00Z"),
                Cause.replay(7),
                Map.of("orders", state),
                Map.of("revenue", Map.of(LocalDate.of(2026, 1, 1), ref)));
    }

    @Test
    void ofManyWhoPublishTheSameNumberOneWins() throws IOException {
        PublicationLog log = new PublicationLog(folder.resolve("publications"));
        assertTrue(log.latest().isNone());
        List<String> winners = IntStream.range(0, 32)
                .parallel()
                .mapToObj(i -> "segment-" + i)
                .filter(segment -> log.create(publication(1, segment)))
                .toList();
        assertEquals(1, winners.size());
        assertEquals(publication(1, winners.get(0)), log.latest());
        assertFalse(log.create(publication(1, "later")));
        try (Stream<Path> files = Files.list(log.directory())) {
            assertEquals(1, files.count(), "losers leave nothing behind");
        }
    }

    @Test
    void aPublicationOfTheFormatBeforeHasNoCause() throws IOException {
        PublicationLog log = new PublicationLog(folder);
        log.create(publication(1, "s"));
        String written = Files.readString(folder.resolve("%020d.json".formatted(1)));
        String cause = "\"cause\":{\"kind\":\"replay\",\"number\":7},";
        assertTrue(written.contains(cause), written);
        String before = written.replace(cause, "").replace("\"format\":3", "\"format\":2");
        Files.writeString(folder.resolve("%020d.json".formatted(2)), before);
        assertEquals(Cause.UNKNOWN, log.read(2).orElseThrow().cause());
    }

    @Test
    void aPublicationMayBeReadByWhoMayReadAnyNewFile() throws IOException {
        PublicationLog log = new PublicationLog(folder);
        log.create(publication(1, "s"));
        Path plain = Files.createFile(folder.resolve("plain"));
        assertEquals(
                Files.getPosixFilePermissions(plain),
                Files.getPosixFilePermissions(folder.resolve("%020d.json".formatted(1))));
    }

    @Test
    void theNewestIsTheOneWithTheGreatestNumber() {
        PublicationLog log = new PublicationLog(folder);
        IntStream.rangeClosed(1, 11).forEach(number -> log.create(publication(number, "s" + number)));
        assertEquals(11, log.latest().number());
        assertEquals(11, log.numbers().size());
        assertTrue(log.read(12).isEmpty());
    }

    @Test
    void aNewerFormatIsRefusedWithWhatToDo() throws IOException {
        PublicationLog log = new PublicationLog(folder);
        log.create(publication(1, "s"));
        Path file = folder.resolve("%020d.json".formatted(1));
        Files.writeString(file, Files.readString(file).replace("\"format\":3", "\"format\":4"));
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, log::latest);
        assertTrue(
                refused.getMessage().contains("is of format 4; this release reads formats up to 3"),
                refused::getMessage);
        assertTrue(refused.getMessage().contains("upgrade this process"), refused::getMessage);
    }
}
