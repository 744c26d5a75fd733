package dev.tidemark.compile.ids;

import dev.tidemark.schema.IdHash;
import dev.tidemark.schema.IdStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.CompressionType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ids of one partition on local disk, in RocksDB, for as long as somebody has them: nothing is written to survive the
 * process. Beside the heap it takes some 16 MB of memory, two write buffers and a cache with all that is read, and some more
 * while files are merged.
 */
public final class DiskIds implements IdStore {

    private static final Logger LOG = LoggerFactory.getLogger(DiskIds.class);

    private static final long WRITE_BUFFER_BYTES = 4L << 20;
    private static final long CACHE_BYTES = 4L << 20;
    /** A bucket's files are dropped if all in them is dropped: some for each bucket, then. */
    private static final long FILE_BYTES = 8L << 20;

    /** So many are merged at once, each written from one buffer: more are merged less often, fewer are read sooner. */
    private static final int MERGED_FILES = 8;

    private static final int KEY_BYTES = Integer.BYTES + 2 * Long.BYTES;
    private static final int VALUE_BYTES = 2 * Long.BYTES;

    private final Path folder;
    private final LRUCache cache;
    private final Options options;
    private final WriteOptions writing;
    private final RocksDB database;
    private boolean closed;

    private DiskIds(Path folder, LRUCache cache, Options options, WriteOptions writing, RocksDB database) {
        this.folder = folder;
        this.cache = cache;
        this.options = options;
        this.writing = writing;
        this.database = database;
    }

    /**
     * A new one in the temporary folder ({@code java.io.tmpdir}).
     *
     * @throws UncheckedIOException if nothing can be written there, or RocksDB does not run on this machine
     */
    public static DiskIds open() {
        try {
            return open(IdFolders.ofThisProcess().create());
        } catch (IOException e) {
            throw failed("ids that count once cannot be kept in " + IdFolders.temporary(), e);
        }
    }

    /** A new one in an empty folder, which is deleted when it is closed. */
    static DiskIds open(Path folder) throws IOException {
        loadLibrary();
        LRUCache cache = new LRUCache(CACHE_BYTES);
        Options options = options(cache);
        // Who starts again reads the ids in the topic.
        WriteOptions writing = new WriteOptions().setDisableWAL(true);
        try {
            DiskIds opened = new DiskIds(folder, cache, options, writing, RocksDB.open(options, folder.toString()));
            LOG.info("the eldest ids of a partition that count once go to {}", folder);
            return opened;
        } catch (RocksDBException e) {
            writing.close();
            options.close();
            cache.close();
            throw new IOException(e.getMessage(), e);
        }
    }

    /** RocksDB is native; it is unpacked where all is deleted that a process leaves behind. */
    private static void loadLibrary() throws IOException {
        try {
            NativeLibraryLoader.getInstance()
                    .loadLibrary(IdFolders.ofThisProcess().home().toString());
            RocksDB.loadLibrary();
        } catch (LinkageError | RuntimeException e) {
            throw new IOException("RocksDB does not run here: " + e, e);
        }
    }

    private static Options options(LRUCache cache) {
        BlockBasedTableConfig tables =
                new BlockBasedTableConfig().setBlockCache(cache).setCacheIndexAndFilterBlocks(true);
        return new Options()
                .setCreateIfMissing(true)
                .setWriteBufferSize(WRITE_BUFFER_BYTES)
                .setMaxWriteBufferNumber(2)
                .setAvoidFlushDuringShutdown(true)
                .setMaxBackgroundJobs(2)
                .setTargetFileSizeBase(FILE_BYTES)
                .setLevel0FileNumCompactionTrigger(MERGED_FILES)
                .setLevel0SlowdownWritesTrigger(4 * MERGED_FILES)
                .setLevel0StopWritesTrigger(6 * MERGED_FILES)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setTableFormatConfig(tables)
                .setMaxOpenFiles(64)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(1);
    }

    @Override
    public void put(int bucket, IdHash id, Seen seen) {
        requireOpen();
        ByteBuffer value = ByteBuffer.allocate(VALUE_BYTES).putLong(seen.time()).putLong(seen.offset());
        try {
            database.put(writing, key(bucket, id), value.array());
        } catch (RocksDBException e) {
            throw failed("an id that counts once cannot be written in " + folder, e);
        }
    }

    @Override
    public Optional<Seen> get(int bucket, IdHash id) {
        requireOpen();
        try {
            return Optional.ofNullable(database.get(key(bucket, id)))
                    .map(ByteBuffer::wrap)
                    .map(value -> new Seen(value.getLong(), value.getLong()));
        } catch (RocksDBException e) {
            throw failed("an id that counts once cannot be read in " + folder, e);
        }
    }

    @Override
    public void dropThrough(int bucket) {
        requireOpen();
        List<byte[]> range = List.of(first(0), first(bucket + 1));
        try {
            // Files that hold something else too, and those that were written last, are left to the next time.
            database.deleteFilesInRanges(database.getDefaultColumnFamily(), range, false);
        } catch (RocksDBException e) {
            throw failed("ids that count once cannot be dropped in " + folder, e);
        }
    }

    /** Buckets lie one after the other. */
    private static byte[] key(int bucket, IdHash id) {
        return ByteBuffer.allocate(KEY_BYTES)
                .putInt(bucket)
                .putLong(id.high())
                .putLong(id.low())
                .array();
    }

    private static byte[] first(int bucket) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(bucket).array();
    }

    /** RocksDB itself would end the process. */
    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the ids in " + folder + " were given up");
        }
    }

    private static UncheckedIOException failed(String what, Exception cause) {
        return new UncheckedIOException(new IOException(what + ": " + cause.getMessage(), cause));
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        database.close();
        writing.close();
        options.close();
        cache.close();
        IdFolders.delete(folder);
    }
}
