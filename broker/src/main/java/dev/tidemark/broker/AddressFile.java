package dev.tidemark.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The file through which other processes find a running broker: its bootstrap address and a line feed. Readers see the
 * whole address or no file. A broker that is killed leaves it behind, with the address that the next one will have.
 */
record AddressFile(Path path) {

    void write(String bootstrapServers) throws IOException {
        Path target = path.toAbsolutePath();
        Files.createDirectories(target.getParent());
        // Not a temporary file, which only its owner could read: other users' processes may look for the broker too.
        Path draft = target.resolveSibling("%s.%d.tmp"
                .formatted(target.getFileName(), ProcessHandle.current().pid()));
        Files.writeString(draft, bootstrapServers + "\n");
        Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    void delete() throws IOException {
        Files.deleteIfExists(path);
    }
}
