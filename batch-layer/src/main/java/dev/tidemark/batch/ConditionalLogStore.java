package dev.tidemark.batch;

import io.delta.storage.HadoopFileSystemLogStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options.CreateFileOptionKeys;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.s3a.AWSServiceIOException;
import org.apache.hadoop.fs.s3a.Constants;
import org.apache.hadoop.fs.s3a.RemoteFileChangedException;

/**
 * Delta's log in a bucket, safe for writers on several machines. Delta's own store looks whether a commit exists and then
 * writes it, with a lock that only the writers of one process share. Here a commit is a PUT that the object store is to
 * refuse where the name is taken ({@code If-None-Match: *}).
 *
 * <p>Delta finds it by {@code spark.delta.logStore.s3a.impl} and calls its constructor.
 */
public final class ConditionalLogStore extends HadoopFileSystemLogStore {

    /** Under which a commit says who wrote it: a PUT that is sent again may be refused for what it wrote itself. */
    private static final String WRITER = "tidemark-writer";

    /** How often a commit is sent that the store asks to be sent again, since another was under way. */
    private static final int TRIES = 20;

    private static final int CONFLICT = 409;

    public ConditionalLogStore(Configuration hadoop) {
        super(hadoop);
    }

    @Override
    public void write(Path file, Iterator<String> lines, Boolean overwrite, Configuration hadoop) throws IOException {
        FileSystem files = file.getFileSystem(hadoop);
        byte[] content = content(lines);
        if (overwrite) {
            try (FSDataOutputStream out = files.create(file, true)) {
                out.write(content);
            }
            return;
        }
        for (int tries = 1; !create(files, file, content); tries++) {
            if (tries == TRIES) {
                throw new IOException(
                        "%s: the object store went on refusing it since another was under way, though none is"
                                + " there; try again".formatted(file));
            }
        }
    }

    private static byte[] content(Iterator<String> lines) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        while (lines.hasNext()) {
            content.writeBytes(lines.next().getBytes(StandardCharsets.UTF_8));
            content.write('\n');
        }
        return content.toByteArray();
    }

    /**
     * Creates the file.
     *
     * @return whether it is there; if not, it is to be tried again
     * @throws FileAlreadyExistsException if it is another's
     */
    private static boolean create(FileSystem files, Path file, byte[] content) throws IOException {
        String writer = UUID.randomUUID().toString();
        try {
            put(files, file, content, writer);
            return true;
        } catch (IOException e) {
            boolean isThere = exists(files, file, e);
            if (isThere && isOf(files, file, writer)) {
                return true;
            }
            if (isThere && isRefusal(e)) {
                throw (IOException) new FileAlreadyExistsException(file.toString()).initCause(e);
            }
            if (isRefusal(e)) {
                return false;
            }
            throw e;
        }
    }

    private static boolean exists(FileSystem files, Path file, IOException failure) throws IOException {
        try {
            return files.exists(file);
        } catch (IOException e) {
            failure.addSuppressed(e);
            throw failure;
        }
    }

    private static void put(FileSystem files, Path file, byte[] content, String writer) throws IOException {
        // Built step by step, since the builder's methods do not agree on its type.
        var builder = files.createFile(file);
        builder.overwrite(false);
        builder.must(CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE, true);
        builder.must(Constants.FS_S3A_CREATE_HEADER + "." + WRITER, writer);
        try (FSDataOutputStream out = builder.build()) {
            out.write(content);
        }
    }

    private static boolean isOf(FileSystem files, Path file, String writer) throws IOException {
        byte[] found = files.getXAttr(file, Constants.XA_HEADER_PREFIX + WRITER);
        return Arrays.equals(found, writer.getBytes(StandardCharsets.UTF_8));
    }

    private static boolean isRefusal(IOException e) {
        return e instanceof RemoteFileChangedException
                || e instanceof org.apache.hadoop.fs.FileAlreadyExistsException
                || e instanceof AWSServiceIOException service && service.statusCode() == CONFLICT;
    }

    /** A PUT shows nothing before all of it is there. */
    @Override
    public Boolean isPartialWriteVisible(Path file, Configuration hadoop) {
        return false;
    }
}
