package dev.tidemark.deployment.s3;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/** What {@link java.nio.file.Files} can do with a path in a bucket: what our own files need, and no more. */
final class S3Provider extends FileSystemProvider {

    static final S3Provider INSTANCE = new S3Provider();

    private static final Set<OpenOption> READING = Set.of(StandardOpenOption.READ);

    private S3Provider() {}

    private static Bucket bucket(Path path) {
        return ((S3Path) path).getFileSystem().bucket();
    }

    private static String key(Path path) {
        return ((S3Path) path).key();
    }

    private static String asFolder(Path path) {
        return ((S3Path) path).asFolder();
    }

    @Override
    public String getScheme() {
        return S3Path.SCHEME;
    }

    @Override
    public InputStream newInputStream(Path path, OpenOption... options) throws IOException {
        requireReading(Set.of(options), path);
        return bucket(path).read(key(path));
    }

    /** The whole of it, in memory. */
    @Override
    public SeekableByteChannel newByteChannel(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
        requireReading(options, path);
        try (InputStream content = bucket(path).read(key(path))) {
            return new BytesChannel(content.readAllBytes());
        }
    }

    private static void requireReading(Set<? extends OpenOption> options, Path path) {
        if (!READING.containsAll(options)) {
            throw new UnsupportedOperationException("%s: a file in a bucket is created whole, once".formatted(path));
        }
    }

    /** @throws NoSuchFileException if no key begins so */
    @Override
    public DirectoryStream<Path> newDirectoryStream(Path folder, DirectoryStream.Filter<? super Path> filter)
            throws IOException {
        List<String> names = bucket(folder).list(asFolder(folder));
        if (names.isEmpty()) {
            throw new NoSuchFileException(folder.toString());
        }
        List<Path> paths = names.stream().map(folder::resolve).toList();
        return new DirectoryStream<>() {
            @Override
            public Iterator<Path> iterator() {
                return paths.iterator();
            }

            @Override
            public void close() {}
        };
    }

    /** Does nothing: a folder is there as soon as something is in it. */
    @Override
    public void createDirectory(Path folder, FileAttribute<?>... attributes) {}

    /** Deletes an object; nothing, if there is none. */
    @Override
    public void delete(Path path) throws IOException {
        bucket(path).delete(key(path));
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
        attributes(path);
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
            throws IOException {
        if (type != BasicFileAttributes.class) {
            throw new UnsupportedOperationException("objects have no " + type.getSimpleName());
        }
        return type.cast(attributes(path));
    }

    private static ObjectAttributes attributes(Path path) throws IOException {
        if (!key(path).isEmpty()) {
            try {
                HeadObjectResponse head = bucket(path).head(key(path));
                return new ObjectAttributes(false, head.contentLength(), head.lastModified());
            } catch (NoSuchFileException e) {
                // It may be a folder.
            }
            if (!bucket(path).hasAny(asFolder(path))) {
                throw new NoSuchFileException(path.toString());
            }
        }
        return ObjectAttributes.FOLDER;
    }

    @Override
    public boolean isSameFile(Path path, Path other) {
        return path.toAbsolutePath().normalize().equals(other.toAbsolutePath().normalize());
    }

    @Override
    public boolean isHidden(Path path) {
        return false;
    }

    @Override
    public <V extends FileAttributeView> V getFileAttributeView(Path path, Class<V> type, LinkOption... options) {
        return null;
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> settings) {
        throw new UnsupportedOperationException("a bucket is opened by S3FileSystem.path");
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
        return newFileSystem(uri, Map.of());
    }

    @Override
    public Path getPath(URI uri) {
        throw new UnsupportedOperationException("a bucket is opened by S3FileSystem.path");
    }

    @Override
    public FileStore getFileStore(Path path) {
        throw new UnsupportedOperationException("a bucket has no end");
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) {
        throw new UnsupportedOperationException("objects are not copied here");
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) {
        throw new UnsupportedOperationException("objects cannot be moved");
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options) {
        throw new UnsupportedOperationException("attributes of objects are not named");
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options) {
        throw new UnsupportedOperationException("attributes of objects cannot be set");
    }
}
