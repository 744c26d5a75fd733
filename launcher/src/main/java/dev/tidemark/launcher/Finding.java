package dev.tidemark.launcher;

import java.util.List;
import java.util.Optional;

/**
 * What a check has found.
 *
 * @param level how bad it is
 * @param subject what was looked at, in a word or a name
 * @param found what was found
 * @param remedy what to do about it; empty if nothing is to be done
 */
record Finding(Level level, String subject, String found, Optional<String> remedy) {

    /** How bad, the worst last. */
    enum Level {
        ok,
        warn,
        fail
    }

    static Finding ok(String subject, String found) {
        return new Finding(Level.ok, subject, found, Optional.empty());
    }

    static Finding warn(String subject, String found, String remedy) {
        return new Finding(Level.warn, subject, found, Optional.of(remedy));
    }

    static Finding fail(String subject, String found, String remedy) {
        return new Finding(Level.fail, subject, found, Optional.of(remedy));
    }

    /** The worst level of some. */
    static Level worst(List<Finding> findings) {
        return findings.stream().map(Finding::level).max(Level::compareTo).orElse(Level.ok);
    }

    /** A line for people. */
    @Override
    public String toString() {
        return "%-4s  %s: %s%s"
                .formatted(
                        level, subject, found, remedy.map(text -> "; " + text).orElse(""));
    }
}
