package dev.tidemark.broker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * The right to use a data directory, held by one broker at a time, in whatever process.
 *
 * <p>Kafka has a {@code .lock} of its own, but takes it only after it has opened the metadata log, and a second process
 * may by then have repaired a log that the first is still writing. This lock is taken before Kafka touches anything.
 * The operating system releases it when its process ends, however that happens.
 */
final class DirectoryLock implements AutoCloseable {

    private static final String FILE_NAME = "broker.lock";
    private static final Duration PERIOD = Duration.ofMillis(100);

    private final FileChannel channel;

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock.
     *
     * @param patience how long to wait for another broker that holds it: one that is ending, say
     * @throws BrokerStartException if another broker still holds it; the message names the process
     * @throws IOException if the lock file cannot be opened
     */
    static DirectoryLock acquire(Path directory, Duration patience) throws IOException {
        Path file = directory.resolve(FILE_NAME);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (!tryLock(channel, patience)) {
            channel.close();
            throw new BrokerStartException(
                    "data directory %s is in use by a broker in process %s; stop that broker or choose another directory"
                            .formatted(directory, holder(file)));
        }
        channel.truncate(0);
        channel.write(
                ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8)));
        return new DirectoryLock(channel);
    }

    private static boolean tryLock(FileChannel channel, Duration patience) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        boolean locked = tryLock(channel);
        while (!locked && System.nanoTime() < deadline) {
            LockSupport.parkNanos(PERIOD.toNanos());
            locked = tryLock(channel);
        }
        return locked;
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException heldByThisProcess) {
            return false;
        }
    }

    private static String holder(Path file) throws IOException {
        String pid = Files.readString(file).strip();
        return pid.isEmpty() ? "(unknown)" : pid;
    }

    /** Releases the lock. The file stays: deleting it would let two brokers hold locks on two files of one name. */
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
