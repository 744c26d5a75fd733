package dev.tidemark.launcher;

/** How lines for a user look. */
final class Output {

    private Output() {}

    /** A line of a process, marked with the process's name. */
    static String prefixed(String name, String line) {
        return LogFormat.current().line(name, line);
    }

    /** Prints a line of the launcher's own among those of its processes. */
    static void say(String line) {
        System.out.println(prefixed("tidemark", line));
    }
}
