package dev.tidemark.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A small file that is written as a whole: whoever reads it, whenever the writer dies, finds the old or the new content. */
record WholeFile(Path path) {

    void write(String content) throws IOException {
        Path target = path.toAbsolutePath();
        Files.createDirectories(target.getParent());
        // Not a temporary file, which only its owner could read: other users' processes may look for the broker too.
        Path draft = target.resolveSibling("%s.%d.tmp"
                .formatted(target.getFileName(), ProcessHandle.current().pid()));
        Files.writeString(draft, content);
        Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
