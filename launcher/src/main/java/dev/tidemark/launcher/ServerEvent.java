package dev.tidemark.launcher;

import java.util.Iterator;
import java.util.StringJoiner;
import java.util.function.Predicate;

/**
 * One event of a stream of server-sent events, as the HTML standard has it.
 *
 * @param name what kind of event
 * @param data what it says
 */
record ServerEvent(String name, String data) {

    /** The name of an event that has none. */
    private static final String MESSAGE = "message";

    /**
     * Reads events until the lines end or {@code more} says that it is enough. Comments, which keep a connection open,
     * and events without data are none; nor is one that the end cuts off.
     *
     * @param more takes each event; whether to go on
     * @return whether {@code more} was enough
     */
    static boolean read(Iterator<String> lines, Predicate<ServerEvent> more) {
        String name = MESSAGE;
        StringJoiner data = new StringJoiner("\n").setEmptyValue("");
        while (lines.hasNext()) {
            String line = lines.next();
            if (line.isEmpty()) {
                if (data.length() > 0 && !more.test(new ServerEvent(name, data.toString()))) {
                    return true;
                }
                name = MESSAGE;
                data = new StringJoiner("\n").setEmptyValue("");
            } else if (line.startsWith("event:")) {
                name = value(line);
            } else if (line.startsWith("data:")) {
                data.add(value(line));
            }
        }
        return false;
    }

    /** After the colon one space, if there is one, belongs to the syntax. */
    private static String value(String line) {
        String value = line.substring(line.indexOf(':') + 1);
        return value.startsWith(" ") ? value.substring(1) : value;
    }
}
