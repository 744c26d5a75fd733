package dev.tidemark.launcher;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tidemark.deployment.UnavailableException;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinesTest {

    @Test
    void blankLinesAreLeftOutAndTheLastLineNeedsNoEnd() {
        assertEquals(List.of("one", " two ", "three"), all(lines("one\n\n two \r\n \t\n\r\nthree")));
        assertEquals(List.of(), all(lines("")));
    }

    @Test
    void aLineIsItsBytesWhateverTheyAre() {
        byte[] bytes = {(byte) 0xff, (byte) 0xfe, 0, '\r', 7};
        assertArrayEquals(
                bytes, new Lines(new ByteArrayInputStream(bytes)).next().orElseThrow());
    }

    @Test
    void aPackedFileIsUnpacked(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("events.ndjson.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write("one\ntwo\n".getBytes(StandardCharsets.UTF_8));
        }
        try (Lines lines = Lines.of(file)) {
            assertEquals(List.of("one", "two"), all(lines));
        }
    }

    @Test
    void aMissingFileIsNamed() {
        UnavailableException failure =
                assertThrows(UnavailableException.class, () -> Lines.of(Path.of("no-such-file")));
        assertEquals("there is no file no-such-file", failure.getMessage());
    }

    private static Lines lines(String text) {
        return new Lines(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<String> all(Lines lines) {
        List<String> all = new ArrayList<>();
        for (Optional<byte[]> line = lines.next(); line.isPresent(); line = lines.next()) {
            all.add(new String(line.get(), StandardCharsets.UTF_8));
        }
        return all;
    }
}
