package dev.tidemark.deployment.deadletter;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;

/**
 * The beginning of a key or a value, to be shown.
 *
 * @param text its first {@value #MOST} bytes, as UTF-8 or in base64
 * @param isText whether they are UTF-8
 * @param length how many bytes there are in all
 */
public record ShownBytes(String text, boolean isText, int length) {

    /** How many bytes are shown. */
    public static final int MOST = 1_024;

    /** @param bytes not null */
    public static ShownBytes of(byte[] bytes) {
        byte[] first = bytes.length > MOST ? Arrays.copyOf(bytes, MOST) : bytes;
        CharBuffer text = CharBuffer.allocate(first.length);
        CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
        // A character that is cut at the end is left out; one that is broken anywhere makes all of it bytes.
        CoderResult decoded = utf8.decode(ByteBuffer.wrap(first), text, first.length == bytes.length);
        return decoded.isError()
                ? new ShownBytes(Base64.getEncoder().encodeToString(first), false, bytes.length)
                : new ShownBytes(text.flip().toString(), true, bytes.length);
    }

    /** Puts it into JSON members: {@code name} or {@code name_base64}, and {@code name_bytes}, its length in all. */
    void addTo(Map<String, Object> json, String name) {
        json.put(isText ? name : name + "_base64", text);
        json.put(name + "_bytes", length);
    }
}
