package dev.tidemark.launcher;

/** How lines for a user look. */
final class Output {

    private static final int WIDTH = 10;

    private Output() {}

    /** A line of a process, marked with the process's name. */
    static String prefixed(String name, String line) {
        return ("%-" + WIDTH + "s %s").formatted("[" + name + "]", line);
    }

    /** Prints a line of the launcher's own among those of its processes. */
    static void say(String line) {
        System.out.println(prefixed("tidemark", line));
    }
}
