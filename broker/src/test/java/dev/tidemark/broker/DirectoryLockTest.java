package dev.tidemark.broker;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryLockTest {

    @TempDir
    Path directory;

    @Test
    void whoIsPatientGetsTheDirectoryOnceTheOtherLeavesIt() throws Exception {
        CompletableFuture<DirectoryLock> second;
        try (DirectoryLock first = DirectoryLock.acquire(directory, Duration.ZERO)) {
            second = CompletableFuture.supplyAsync(() -> acquire(Duration.ofMinutes(1)));
            assertThrows(TimeoutException.class, () -> second.get(500, TimeUnit.MILLISECONDS));
        }
        second.get(30, TimeUnit.SECONDS).close();
    }

    @Test
    void patienceEnds() throws Exception {
        try (DirectoryLock first = DirectoryLock.acquire(directory, Duration.ZERO)) {
            assertThrows(BrokerStartException.class, () -> acquire(Duration.ofMillis(200)));
        }
    }

    private DirectoryLock acquire(Duration patience) {
        try {
            return DirectoryLock.acquire(directory, patience);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
