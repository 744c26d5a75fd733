package dev.tidemark.serving.spool;

import dev.tidemark.view.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.CompressionType;
import org.rocksdb.EnvOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.IngestExternalFileOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.SstFileWriter;

/**
 * Bytes by kind and key on local disk, in RocksDB: put there slice by slice, of which all is there or nothing, and checked
 * against their checksums when they are read. Not thread-safe.
 */
final class SpoolStore implements AutoCloseable {

    /** The format that is written, and the only one that is read; another one wherever an aggregate stores other bytes. */
    private static final int VERSION = 2;

    private static final String NEXT = "next.slice";
    private static final long CACHE_BYTES = 8L << 20;

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

    private final Path folder;
    private final LRUCache cache;
    private final Options options;
    private final RocksDB database;

    private SpoolStore(Path folder, LRUCache cache, Options options, RocksDB database) {
        this.folder = folder;
        this.cache = cache;
        this.options = options;
        this.database = database;
    }

    /**
     * Makes RocksDB ready. It is native, and unpacked into a folder that is ours, where the one before is replaced.
     *
     * @throws IOException if it does not run on this machine
     */
    static void loadLibrary(Path folder) throws IOException {
        try {
            Files.createDirectories(folder);
            NativeLibraryLoader.getInstance().loadLibrary(folder.toString());
            RocksDB.loadLibrary();
        } catch (LinkageError | RuntimeException e) {
            throw new IOException("RocksDB does not run here: " + e, e);
        }
    }

    /**
     * Opens the one in a folder, or begins one. The library has been {@link #loadLibrary loaded}.
     *
     * @throws IOException if it is damaged, or nothing can be written there
     */
    static SpoolStore open(Path folder) throws IOException {
        Files.createDirectories(folder);
        LRUCache cache = new LRUCache(CACHE_BYTES);
        Options options = options(cache);
        try {
            return new SpoolStore(folder, cache, options, RocksDB.open(options, folder.toString()));
        } catch (RocksDBException e) {
            options.close();
            cache.close();
            throw new IOException(e.getMessage(), e);
        }
    }

    private static Options options(LRUCache cache) {
        return new Options()
                .setCreateIfMissing(true)
                .setParanoidChecks(true)
                .setMaxBackgroundJobs(2)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setTableFormatConfig(
                        new BlockBasedTableConfig().setBlockCache(cache).setCacheIndexAndFilterBlocks(true))
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

    /** The bytes on disk. */
    long bytes() throws IOException {
        try {
            return database.getLongProperty("rocksdb.total-sst-files-size");
        } catch (RocksDBException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** What is to be put over what is there, or removed from it. */
    static final class Writes {

        /** By key in RocksDB's order; without a value where it is removed. */
        private final TreeMap<byte[], Optional<Supplier<byte[]>>> values = new TreeMap<>(Arrays::compareUnsigned);

        /** @param value asked for once, when its turn has come: all values at once may be much */
        void put(Kind kind, byte[] key, Supplier<byte[]> value) {
            values.put(kind.key(key), Optional.of(value));
        }

        void remove(Kind kind, byte[] key) {
            values.put(kind.key(key), Optional.empty());
        }
    }

    /**
     * Does all of it, with a new head: as one sorted file, which RocksDB takes in as a whole, so that neither of us has to
     * hold it in memory. It is on disk when this returns.
     *
     * @param givenUp asked now and then; once it says so, nothing is written
     * @return whether it was written
     */
    boolean write(Head head, Writes writes, BooleanSupplier givenUp) throws IOException {
        Path file = folder.resolve(NEXT);
        Files.deleteIfExists(file);
        writes.put(Kind.HEAD, new byte[0], () -> Json.write(head).getBytes(StandardCharsets.UTF_8));
        try (EnvOptions environment = new EnvOptions();
                SstFileWriter sorted = new SstFileWriter(environment, options);
                IngestExternalFileOptions moving = new IngestExternalFileOptions().setMoveFiles(true)) {
            sorted.open(file.toString());
            for (Map.Entry<byte[], Optional<Supplier<byte[]>>> each : writes.values.entrySet()) {
                if (givenUp.getAsBoolean()) {
                    return false;
                }
                if (each.getValue().isPresent()) {
                    sorted.put(each.getKey(), each.getValue().get().get());
                } else {
                    sorted.delete(each.getKey());
                }
            }
            sorted.finish();
            database.ingestExternalFile(List.of(file.toString()), moving);
            return true;
        } catch (RocksDBException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        database.close();
        options.close();
        cache.close();
    }
}
