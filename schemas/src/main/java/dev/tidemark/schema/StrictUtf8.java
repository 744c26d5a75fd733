package dev.tidemark.schema;

import dev.tidemark.schema.Judged.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Text whose bytes are what they say: libraries replace or let pass what is no UTF-8, which makes it another text. */
final class StrictUtf8 {

    private static final int SHOWN = 16;

    private StrictUtf8() {}

    /** @param what the beginning of the message, such as {@code "region is "} */
    static String decode(byte[] bytes, int length, String what) throws MalformedEventException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes, 0, length))
                    .toString();
        } catch (CharacterCodingException e) {
            byte[] shown = Arrays.copyOf(bytes, Math.min(length, SHOWN));
            throw new MalformedEventException(
                    Reason.UNREADABLE, what + "not UTF-8; it begins with " + Arrays.toString(shown));
        }
    }
}
