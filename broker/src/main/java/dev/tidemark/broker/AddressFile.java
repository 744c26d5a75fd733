package dev.tidemark.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The file through which other processes find a running broker: its bootstrap address and a line feed. Readers see the
 * whole address or no file. A broker that is killed leaves it behind, with the address that the next one will have.
 */
record AddressFile(Path path) {

    void write(String bootstrapServers) throws IOException {
        new WholeFile(path).write(bootstrapServers + "\n");
    }

    void delete() throws IOException {
        Files.deleteIfExists(path);
    }
}
