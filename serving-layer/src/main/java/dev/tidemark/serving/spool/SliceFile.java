package dev.tidemark.serving.spool;

import dev.tidemark.schema.ValueCodec;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.TailSliceFormat;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/**
 * The file of a slice, or of several that were merged: its format's version, the key, where to go on, the slice, and a
 * CRC32C of all that. Appears whole or not at all.
 *
 * @param path where it is
 * @param first the number of the first slice that is in it
 * @param last the number of the last one
 */
record SliceFile(Path path, long first, long last) {

    /** The format that is written, and the only one that is read; another one wherever an aggregate stores other bytes. */
    private static final int VERSION = 1;

    private static final int CHECKSUM_BYTES = Long.BYTES;
    private static final int BUFFER_BYTES = 1 << 16;
    private static final Pattern NAME = Pattern.compile("(\\d{10})-(\\d{10})\\.slice");

    /** Where the slices {@code first} to {@code last} are kept in a folder. */
    static SliceFile in(Path folder, long first, long last) {
        return new SliceFile(folder.resolve("%010d-%010d.slice".formatted(first, last)), first, last);
    }

    /** The file as its name says; empty of any other file. */
    static Optional<SliceFile> of(Path path) {
        Matcher name = NAME.matcher(path.getFileName().toString());
        return name.matches()
                ? Optional.of(new SliceFile(path, Long.parseLong(name.group(1)), Long.parseLong(name.group(2))))
                : Optional.empty();
    }

    /** Whether all that is in the other one is in this one too. */
    boolean holds(SliceFile other) {
        return first <= other.first && other.last <= last;
    }

    long bytes() throws IOException {
        return Files.size(path);
    }

    /** Writes it: under another name, forced to disk, then renamed. */
    void write(SpoolKey key, DefinitionSet set, StoredSlice stored) throws IOException {
        Path written = path.resolveSibling(".new-" + path.getFileName());
        try (FileChannel file = FileChannel.open(
                written, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            CheckedOutputStream bytes = new CheckedOutputStream(Channels.newOutputStream(file), new CRC32C());
            encode(key, set, stored, bytes);
            ByteBuffer checksum = ByteBuffer.allocate(CHECKSUM_BYTES);
            checksum.putLong(bytes.getChecksum().getValue()).flip();
            file.write(checksum);
            file.force(true);
        }
        Files.move(written, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void encode(SpoolKey key, DefinitionSet set, StoredSlice stored, OutputStream bytes)
            throws IOException {
        BinaryEncoder out =
                new EncoderFactory().configureBufferSize(BUFFER_BYTES).binaryEncoder(bytes, null);
        out.writeInt(VERSION);
        out.writeString(key.text());
        out.writeInt(stored.resume().size());
        for (Map.Entry<Integer, Long> partition : stored.resume().entrySet()) {
            out.writeInt(partition.getKey());
            out.writeLong(partition.getValue());
        }
        new TailSliceFormat(set).write(stored.slice(), out);
        out.flush();
    }

    /**
     * Reads it.
     *
     * @throws IOException if it is damaged, of another version, or not of {@code key}
     */
    StoredSlice read(SpoolKey key, DefinitionSet set) throws IOException {
        byte[] bytes = Files.readAllBytes(path);
        int length = bytes.length - CHECKSUM_BYTES;
        if (length < 0) {
            throw new IOException("it is cut off after " + bytes.length + " bytes");
        }
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, length);
        if (checksum.getValue()
                != ByteBuffer.wrap(bytes, length, CHECKSUM_BYTES).getLong()) {
            throw new IOException("its checksum is not that of its content");
        }
        try {
            return decode(DecoderFactory.get().binaryDecoder(bytes, 0, length, null), key, set);
        } catch (AvroRuntimeException e) {
            throw new IOException("it is no slice: " + e, e);
        }
    }

    private static StoredSlice decode(BinaryDecoder in, SpoolKey key, DefinitionSet set) throws IOException {
        int version = in.readInt();
        if (version != VERSION) {
            throw new IOException("it is of version " + version + "; this release reads version " + VERSION);
        }
        String of = ValueCodec.readString(in);
        if (!of.equals(key.text())) {
            throw new IOException("it is of " + of + ", not of " + key.text());
        }
        Map<Integer, Long> resume = new TreeMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            resume.put(in.readInt(), in.readLong());
        }
        return new StoredSlice(new TailSliceFormat(set).read(in), resume);
    }
}
