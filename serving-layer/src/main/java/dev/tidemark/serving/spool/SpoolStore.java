package dev.tidemark.serving.spool;

import dev.tidemark.view.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.CompressionType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * Bytes by kind and key on local disk, in RocksDB: written in batches of which all is there or nothing, checked against
 * their checksums when they are read. Not thread-safe.
 */
final class SpoolStore implements AutoCloseable {

    /** The format that is written, and the only one that is read; another one wherever an aggregate stores other bytes. */
    private static final int VERSION = 2;

    private static final long WRITE_BUFFER_BYTES = 8L << 20;
    private static final long CACHE_BYTES = 4L << 20;

    /** What a key is of; the order is part of the format. */
    enum Kind {
        HEAD,
        PARTITION,
        CELL;

        private byte[] key(byte[] key) {
            return ByteBuffer.allocate(1 + key.length)
                    .put((byte) ordinal())
                    .put(key)
                    .array();
        }
    }

    /**
     * What it says of itself.
     *
     * @param version of the format
     * @param key what it is of
     * @param slices how many slices have been written
     * @param writtenAt when the last one was
     * @param resume by partition of the increments topic, where to go on
     */
    record Head(int version, String key, long slices, Instant writtenAt, Map<Integer, Long> resume) {

        Head(String key, long slices, Instant writtenAt, Map<Integer, Long> resume) {
            this(VERSION, key, slices, writtenAt, resume);
        }
    }

    /** Takes what is under a key. */
    interface Taker {
        void accept(byte[] key, byte[] value) throws IOException;
    }

    private final LRUCache cache;
    private final Options options;
    private final RocksDB database;

    private SpoolStore(LRUCache cache, Options options, RocksDB database) {
        this.cache = cache;
        this.options = options;
        this.database = database;
    }

    /**
     * Opens the one in a folder, or begins one.
     *
     * @throws IOException if it is damaged, nothing can be written there, or RocksDB does not run on this machine
     */
    static SpoolStore open(Path folder) throws IOException {
        Files.createDirectories(folder);
        loadLibrary();
        LRUCache cache = new LRUCache(CACHE_BYTES);
        Options options = options(cache);
        try {
            return new SpoolStore(cache, options, RocksDB.open(options, folder.toString()));
        } catch (RocksDBException e) {
            options.close();
            cache.close();
            throw new IOException(e.getMessage(), e);
        }
    }

    private static void loadLibrary() throws IOException {
        try {
            RocksDB.loadLibrary();
        } catch (LinkageError | RuntimeException e) {
            throw new IOException("RocksDB does not run here: " + e, e);
        }
    }

    private static Options options(LRUCache cache) {
        return new Options()
                .setCreateIfMissing(true)
                .setParanoidChecks(true)
                .setWriteBufferSize(WRITE_BUFFER_BYTES)
                .setMaxBackgroundJobs(2)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setTableFormatConfig(new BlockBasedTableConfig().setBlockCache(cache))
                .setMaxOpenFiles(64)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(1);
    }

    /**
     * What it says of itself; empty if nothing has been written.
     *
     * @throws IOException if it is damaged or of another version
     */
    Optional<Head> head() throws IOException {
        byte[] stored = get(Kind.HEAD.key(new byte[0]));
        if (stored == null) {
            return Optional.empty();
        }
        Head head = Json.read(new String(stored, StandardCharsets.UTF_8), Head.class, "the head of the spool");
        if (head.version() != VERSION) {
            throw new IOException("it is of version " + head.version() + "; this release reads version " + VERSION);
        }
        return Optional.of(head);
    }

    private byte[] get(byte[] key) throws IOException {
        try {
            return database.get(key);
        } catch (RocksDBException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Gives all of a kind to {@code taker}, in the order of their keys. */
    void forEach(Kind kind, Taker taker) throws IOException {
        byte[] first = kind.key(new byte[0]);
        try (ReadOptions reading = new ReadOptions().setFillCache(false).setReadaheadSize(1 << 20);
                RocksIterator at = database.newIterator(reading)) {
            for (at.seek(first); at.isValid(); at.next()) {
                byte[] key = at.key();
                if (key[0] != first[0]) {
                    break;
                }
                taker.accept(Arrays.copyOfRange(key, 1, key.length), at.value());
            }
            at.status();
        } catch (RocksDBException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** The bytes on disk, and of what is still in memory beside its log. */
    long bytes() throws IOException {
        try {
            return database.getLongProperty("rocksdb.total-sst-files-size")
                    + database.getLongProperty("rocksdb.cur-size-all-mem-tables");
        } catch (RocksDBException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** What is to be written together, with the new head. */
    Batch batch(Head head) {
        Batch batch = new Batch();
        batch.put(Kind.HEAD, new byte[0], Json.write(head).getBytes(StandardCharsets.UTF_8));
        return batch;
    }

    /** Writes of which all happen or none. */
    final class Batch implements AutoCloseable {

        private final WriteBatch writes = new WriteBatch();

        void put(Kind kind, byte[] key, byte[] value) {
            try {
                writes.put(kind.key(key), value);
            } catch (RocksDBException e) {
                throw new IllegalStateException(e);
            }
        }

        void remove(Kind kind, byte[] key) {
            try {
                writes.delete(kind.key(key));
            } catch (RocksDBException e) {
                throw new IllegalStateException(e);
            }
        }

        /** Writes all of it; it is on disk when this returns. */
        void write() throws IOException {
            try (WriteOptions writing = new WriteOptions().setSync(true)) {
                database.write(writing, writes);
            } catch (RocksDBException e) {
                throw new IOException(e.getMessage(), e);
            }
        }

        @Override
        public void close() {
            writes.close();
        }
    }

    @Override
    public void close() {
        database.close();
        options.close();
        cache.close();
    }
}
