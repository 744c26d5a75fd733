package dev.tidemark.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AddressFileTest {

    @TempDir
    Path directory;

    @Test
    void whoMayReadOtherFilesHereMayReadItToo() throws Exception {
        Path other = Files.writeString(directory.resolve("other"), "x");
        Path address = directory.resolve("address");
        new AddressFile(address).write("127.0.0.1:9092");
        assertEquals(Files.getPosixFilePermissions(other), Files.getPosixFilePermissions(address));
        assertEquals("127.0.0.1:9092\n", Files.readString(address));
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(List.of(address, other), files.sorted().toList());
        }
    }
}
