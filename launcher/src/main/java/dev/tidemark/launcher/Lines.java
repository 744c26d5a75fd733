package dev.tidemark.launcher;

import dev.tidemark.deployment.UnavailableException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/** The lines of an input as bytes, each as it is, without its end ({@code \n} or {@code \r\n}). */
final class Lines implements AutoCloseable {

    private static final int BUFFER = 1 << 16;

    private final InputStream input;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(512);
    private int number;

    Lines(InputStream input) {
        this.input = new BufferedInputStream(input, BUFFER);
    }

    /**
     * The lines of a file, unpacked if its name ends in {@code .gz}.
     *
     * @throws UnavailableException if it cannot be read
     */
    static Lines of(Path file) {
        try {
            InputStream bytes = Files.newInputStream(file);
            return new Lines(file.toString().endsWith(".gz") ? new GZIPInputStream(bytes, BUFFER) : bytes);
        } catch (NoSuchFileException e) {
            throw new UnavailableException("there is no file " + file);
        } catch (IOException e) {
            throw new UnavailableException(file + " cannot be read: " + e.getMessage());
        }
    }

    /** The next line that holds anything but white space. */
    Optional<byte[]> next() {
        try {
            while (readLine()) {
                byte[] found = withoutReturn(line.toByteArray());
                if (!isBlank(found)) {
                    return Optional.of(found);
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new UnavailableException("the input cannot be read: " + e.getMessage());
        }
    }

    /** Which line of the input {@link #next} has given last, from 1 on. */
    int number() {
        return number;
    }

    private boolean readLine() throws IOException {
        line.reset();
        number++;
        int read = input.read();
        boolean any = read >= 0;
        while (read >= 0 && read != '\n') {
            line.write(read);
            read = input.read();
        }
        return any;
    }

    private static byte[] withoutReturn(byte[] bytes) {
        int length = bytes.length;
        return length > 0 && bytes[length - 1] == '\r' ? java.util.Arrays.copyOf(bytes, length - 1) : bytes;
    }

    private static boolean isBlank(byte[] bytes) {
        for (byte each : bytes) {
            if (each != ' ' && each != '\t') {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        try {
            input.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
