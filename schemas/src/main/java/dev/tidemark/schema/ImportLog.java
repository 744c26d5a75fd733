package dev.tidemark.schema;

import java.util.regex.Pattern;

/**
 * Logs that are no topics: history that was never in Kafka, imported from files. In such a log a file is a partition, and a
 * row of it is an offset. Its id can be no topic's: those have 22 characters.
 */
public final class ImportLog {

    /** How many hex digits tell imports apart. */
    public static final int DIGITS = 16;

    private static final String PREFIX = "import-";
    private static final Pattern ID = Pattern.compile(PREFIX + "[0-9a-f]{" + DIGITS + "}");

    private ImportLog() {}

    /** The id of the log that is told by these hex digits. */
    public static String of(String digits) {
        String id = PREFIX + digits;
        if (!is(id)) {
            throw new IllegalArgumentException("'" + digits + "' is not " + DIGITS + " hex digits");
        }
        return id;
    }

    /** Whether the log of that id is an import. */
    public static boolean is(String log) {
        return ID.matcher(log).matches();
    }
}
