package dev.tidemark.deployment.s3;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/**
 * A path in a bucket. As text an absolute one is what Hadoop calls it, {@code s3a://bucket/folder/file}.
 *
 * @param getFileSystem the bucket
 * @param isAbsolute whether it begins at the bucket
 * @param names its names
 */
record S3Path(S3FileSystem getFileSystem, boolean isAbsolute, List<String> names) implements Path {

    static final String SCHEME = "s3a";

    S3Path {
        names = List.copyOf(names);
    }

    private S3Path with(boolean absolute, List<String> others) {
        return new S3Path(getFileSystem, absolute, others);
    }

    private S3Path ours(Path other) {
        if (other instanceof S3Path path && path.getFileSystem == getFileSystem) {
            return path;
        }
        throw new ProviderMismatchException(other + " is not in " + getFileSystem);
    }

    /** The object's key. */
    String key() {
        return String.join("/", names);
    }

    /** What the keys of all that is in it begin with. */
    String asFolder() {
        return names.isEmpty() ? "" : key() + "/";
    }

    @Override
    public Path getRoot() {
        return isAbsolute ? with(true, List.of()) : null;
    }

    @Override
    public Path getFileName() {
        return names.isEmpty() ? null : getName(names.size() - 1);
    }

    @Override
    public Path getParent() {
        int parents = names.size() - 1;
        return parents < 0 || parents == 0 && !isAbsolute ? null : with(isAbsolute, names.subList(0, parents));
    }

    @Override
    public int getNameCount() {
        return names.size();
    }

    @Override
    public Path getName(int index) {
        return with(false, List.of(names.get(index)));
    }

    @Override
    public Path subpath(int begin, int end) {
        return with(false, names.subList(begin, end));
    }

    @Override
    public boolean startsWith(Path other) {
        return other instanceof S3Path path
                && path.getFileSystem == getFileSystem
                && path.isAbsolute == isAbsolute
                && path.names.size() <= names.size()
                && names.subList(0, path.names.size()).equals(path.names);
    }

    @Override
    public boolean endsWith(Path other) {
        if (!(other instanceof S3Path path) || path.getFileSystem != getFileSystem) {
            return false;
        }
        int before = names.size() - path.names.size();
        boolean reaches = path.isAbsolute ? isAbsolute && before == 0 : before >= 0;
        return reaches && names.subList(before, names.size()).equals(path.names);
    }

    @Override
    public Path normalize() {
        Deque<String> kept = new ArrayDeque<>();
        for (String name : names) {
            if (name.equals("..") && !kept.isEmpty() && !kept.getLast().equals("..")) {
                kept.removeLast();
            } else if (!name.equals(".") && !(name.equals("..") && isAbsolute)) {
                kept.addLast(name);
            }
        }
        return with(isAbsolute, List.copyOf(kept));
    }

    @Override
    public Path resolve(Path other) {
        S3Path path = ours(other);
        return path.isAbsolute
                ? path
                : with(
                        isAbsolute,
                        Stream.concat(names.stream(), path.names.stream()).toList());
    }

    @Override
    public Path relativize(Path other) {
        S3Path path = ours(other);
        if (path.isAbsolute != isAbsolute) {
            throw new IllegalArgumentException("'%s' and '%s' do not begin at the same place".formatted(this, other));
        }
        int shared = 0;
        while (shared < Math.min(names.size(), path.names.size())
                && names.get(shared).equals(path.names.get(shared))) {
            shared++;
        }
        Stream<String> up = Collections.nCopies(names.size() - shared, "..").stream();
        return with(
                false,
                Stream.concat(up, path.names.subList(shared, path.names.size()).stream())
                        .toList());
    }

    @Override
    public URI toUri() {
        try {
            return new URI(SCHEME, getFileSystem.bucket().name(), "/" + key(), null);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(this + " has no address", e);
        }
    }

    @Override
    public Path toAbsolutePath() {
        return with(true, names);
    }

    @Override
    public Path toRealPath(LinkOption... options) {
        return toAbsolutePath().normalize();
    }

    @Override
    public WatchKey register(WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
        throw new UnsupportedOperationException("an object store tells of no changes");
    }

    @Override
    public int compareTo(Path other) {
        return toString().compareTo(ours(other).toString());
    }

    @Override
    public String toString() {
        return isAbsolute ? SCHEME + "://" + getFileSystem.bucket().name() + "/" + key() : key();
    }
}
