package dev.tidemark.schema;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.util.Utf8;

/**
 * Avro's binary decoder for bytes of strangers. Avro's own believes any length: it makes room for two gigabytes because
 * of five bytes, and steps back where a length is negative. This one believes no length beyond the bytes that are there.
 * An array of elements that take no bytes is refused where it has more elements than bytes follow.
 */
final class BoundedDecoder extends Decoder {

    private BinaryDecoder in;

    /** Goes on with other bytes. */
    void begin(byte[] bytes, int start) {
        in = DecoderFactory.get().binaryDecoder(bytes, start, bytes.length - start, in);
    }

    boolean isEnd() throws IOException {
        return in.isEnd();
    }

    private int length() throws IOException {
        return (int) bounded(in.readLong());
    }

    private long bounded(long length) throws IOException {
        int available = in.inputStream().available();
        if (length < 0 || length > available) {
            throw new EOFException("a length of " + length + " where " + available + " bytes are left");
        }
        return length;
    }

    private byte[] bytes() throws IOException {
        byte[] bytes = new byte[length()];
        in.readFixed(bytes);
        return bytes;
    }

    /** The items of the next block; a block may say how many bytes it has, as a negative count. */
    private long items() throws IOException {
        long items = in.readLong();
        if (items < 0) {
            in.readLong();
            items = -items;
        }
        return bounded(items);
    }

    @Override
    public void readNull() throws IOException {
        in.readNull();
    }

    @Override
    public boolean readBoolean() throws IOException {
        return in.readBoolean();
    }

    @Override
    public int readInt() throws IOException {
        return in.readInt();
    }

    @Override
    public long readLong() throws IOException {
        return in.readLong();
    }

    @Override
    public float readFloat() throws IOException {
        return in.readFloat();
    }

    @Override
    public double readDouble() throws IOException {
        return in.readDouble();
    }

    @Override
    public Utf8 readString(Utf8 old) throws IOException {
        return new Utf8(bytes());
    }

    @Override
    public String readString() throws IOException {
        return readString(null).toString();
    }

    @Override
    public void skipString() throws IOException {
        in.skipFixed(length());
    }

    @Override
    public ByteBuffer readBytes(ByteBuffer old) throws IOException {
        return ByteBuffer.wrap(bytes());
    }

    @Override
    public void skipBytes() throws IOException {
        in.skipFixed(length());
    }

    @Override
    public void readFixed(byte[] bytes, int start, int length) throws IOException {
        in.readFixed(bytes, start, length);
    }

    @Override
    public void skipFixed(int length) throws IOException {
        in.skipFixed((int) bounded(length));
    }

    @Override
    public int readEnum() throws IOException {
        return in.readEnum();
    }

    @Override
    public long readArrayStart() throws IOException {
        return items();
    }

    @Override
    public long arrayNext() throws IOException {
        return items();
    }

    @Override
    public long skipArray() throws IOException {
        return items();
    }

    @Override
    public long readMapStart() throws IOException {
        return items();
    }

    @Override
    public long mapNext() throws IOException {
        return items();
    }

    @Override
    public long skipMap() throws IOException {
        return items();
    }

    @Override
    public int readIndex() throws IOException {
        return in.readIndex();
    }
}
