package dev.tidemark.deployment.s3;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A bucket as a file system, of which there is one for each bucket and store. A folder is there as long as a key begins with
 * it. Files are read, listed and deleted as anywhere; they are written by {@link #createIfAbsent} alone.
 */
public final class S3FileSystem extends FileSystem {

    private static final Pattern ADDRESS = Pattern.compile("s3a://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(/.*)?");
    private static final Map<String, S3FileSystem> OPEN = new ConcurrentHashMap<>();

    private final Bucket bucket;
    private final ObjectStore store;

    private S3FileSystem(String bucket, ObjectStore store) {
        this.bucket = new Bucket(bucket, store);
        this.store = store;
    }

    /**
     * What an address names.
     *
     * @param address such as {@code s3a://bucket/folder}
     * @throws IllegalArgumentException if it is none
     */
    public static Path path(String address, ObjectStore store) {
        Matcher matcher = ADDRESS.matcher(address);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + address + "' is no place in a bucket; accepted is s3a://BUCKET/FOLDER");
        }
        S3FileSystem files =
                OPEN.computeIfAbsent(store + " " + matcher.group(1), key -> new S3FileSystem(matcher.group(1), store));
        return files.getPath("/", matcher.group(2) == null ? "" : matcher.group(2));
    }

    /**
     * Creates a file unless it is there; it appears whole or not at all.
     *
     * @param file a path in a bucket
     * @return whether this call created it
     * @throws IOException if that cannot be said, or if the store lets two writers create the same
     */
    public static boolean createIfAbsent(Path file, byte[] content) throws IOException {
        S3Path path = (S3Path) file;
        return path.getFileSystem().bucket.createIfAbsent(path.key(), content);
    }

    /**
     * Proves that the store lets one of two writers create the same.
     *
     * @param folder a path in a bucket, where a file is made and deleted for it
     * @throws IOException if it does not, or cannot be asked
     */
    public static void requireFenced(Path folder) throws IOException {
        S3Path path = (S3Path) folder;
        path.getFileSystem().bucket.requireFenced(path.asFolder());
    }

    /** Whether a path is in a bucket. */
    public static boolean has(Path path) {
        return path instanceof S3Path;
    }

    /** What Hadoop is to be told to reach the same place; nothing, of a path that is in no bucket. */
    public static Map<String, String> hadoop(Path path) {
        return path instanceof S3Path ours ? ours.getFileSystem().store.hadoop() : Map.of();
    }

    Bucket bucket() {
        return bucket;
    }

    @Override
    public Path getPath(String first, String... more) {
        String whole = Stream.concat(Stream.of(first), Arrays.stream(more))
                .filter(part -> !part.isEmpty())
                .reduce((left, right) -> left + "/" + right)
                .orElse("");
        String own = S3Path.SCHEME + "://" + bucket.name();
        String path = whole.startsWith(own) ? whole.substring(own.length()) : whole;
        List<String> names =
                Arrays.stream(path.split("/")).filter(name -> !name.isEmpty()).toList();
        return new S3Path(this, path.startsWith("/"), names);
    }

    @Override
    public FileSystemProvider provider() {
        return S3Provider.INSTANCE;
    }

    /** Does nothing: others may hold paths of it. */
    @Override
    public void close() {}

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public String getSeparator() {
        return "/";
    }

    @Override
    public Iterable<Path> getRootDirectories() {
        return List.of(getPath("/"));
    }

    @Override
    public Iterable<FileStore> getFileStores() {
        return List.of();
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
        return Set.of("basic");
    }

    @Override
    public PathMatcher getPathMatcher(String pattern) {
        throw new UnsupportedOperationException("paths in a bucket are not matched");
    }

    @Override
    public UserPrincipalLookupService getUserPrincipalLookupService() {
        throw new UnsupportedOperationException("objects have no owners here");
    }

    @Override
    public WatchService newWatchService() {
        throw new UnsupportedOperationException("an object store tells of no changes");
    }

    @Override
    public String toString() {
        return S3Path.SCHEME + "://" + bucket.name();
    }
}
