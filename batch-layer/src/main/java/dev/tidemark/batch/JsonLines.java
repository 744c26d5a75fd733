package dev.tidemark.batch;

import java.util.Arrays;

/** Lines of newline-delimited JSON, as bytes. */
final class JsonLines {

    private JsonLines() {}

    /** The line without the carriage return before its end. */
    static byte[] withoutReturn(byte[] line) {
        int length = line.length;
        return length > 0 && line[length - 1] == '\r' ? Arrays.copyOf(line, length - 1) : line;
    }

    /** Whether it holds nothing but white space. */
    static boolean isBlank(byte[] line) {
        for (byte each : line) {
            if (each != ' ' && each != '\t') {
                return false;
            }
        }
        return true;
    }
}
