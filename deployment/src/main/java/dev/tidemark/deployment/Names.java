package dev.tidemark.deployment;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What names may be: they become columns, folders and parts of topics. */
final class Names {

    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,62}");
    private static final List<String> RESERVED = List.of("window_start", "window_end", "final", "day");

    private Names() {}

    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** Why a text that is no name is refused. */
    static String refusal(String text) {
        return "'" + text + "' is no name; accepted are a letter and up to 62 letters, digits and _";
    }

    /** The name, unless a problem with it was recorded at {@code field}. */
    static Optional<String> check(YamlSection yaml, String field, String name) {
        if (!isName(name)) {
            yaml.problem(field, refusal(name));
            return Optional.empty();
        }
        if (RESERVED.contains(name.toLowerCase(java.util.Locale.ROOT))) {
            yaml.problem(field, "'" + name + "' is reserved, as are " + RESERVED);
            return Optional.empty();
        }
        return Optional.of(name);
    }
}
