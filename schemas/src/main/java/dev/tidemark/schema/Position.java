package dev.tidemark.schema;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where an event stands: the one thing that names it for good.
 *
 * @param log Kafka's topic id, not the topic's name: a re-created topic is another log; or the id of an {@link ImportLog}
 * @param partition the partition of that log
 * @param offset the offset in that partition
 */
public record Position(String log, int partition, long offset) {

    private static final Pattern TEXT = Pattern.compile("(.+)/(\\d+)@(\\d+)");

    public Position {
        if (log.isEmpty() || partition < 0 || offset < 0) {
            throw new IllegalArgumentException("not a position: " + log + "/" + partition + "@" + offset);
        }
    }

    /**
     * The position that {@link #toString} wrote.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static Position parse(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no position; LOG/PARTITION@OFFSET is expected");
        }
        return new Position(parts.group(1), Integer.parseInt(parts.group(2)), Long.parseLong(parts.group(3)));
    }

    @Override
    public String toString() {
        return log + "/" + partition + "@" + offset;
    }
}
