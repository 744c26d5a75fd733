package dev.tidemark.view;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The arguments of a call, as texts: divided at the commas that stand in no brackets, strings, quoted names or comments. */
final class Arguments {

    /** What has to be taken whole, or one character. */
    private static final Pattern TOKEN = Pattern.compile(
            "[rR]'[^']*+'|[rR]\"[^\"]*+\""
                    + "|'(?:[^'\\\\]++|\\\\.)*+'|\"(?:[^\"\\\\]++|\\\\.)*+\"|`[^`]*+`"
                    + "|--[^\\n]*+|/\\*.*?\\*/|.",
            Pattern.DOTALL);

    private final List<String> found = new ArrayList<>();
    private final StringBuilder current = new StringBuilder();
    private int depth;

    private Arguments() {}

    /**
     * The arguments in {@code text}; none if it is blank.
     *
     * @throws IllegalArgumentException if a bracket or a quote has no counterpart, or an argument is empty
     */
    static List<String> of(String text) {
        Arguments arguments = new Arguments();
        Matcher tokens = TOKEN.matcher(text);
        while (tokens.find()) {
            arguments.take(tokens.group());
        }
        if (arguments.depth != 0) {
            throw new IllegalArgumentException("a bracket is not closed in '" + text + "'");
        }
        if (!text.isBlank()) {
            arguments.end();
        }
        return arguments.found;
    }

    private void take(String token) {
        switch (token) {
            case "(", "[", "{" -> depth++;
            case ")", "]", "}" -> depth--;
            case "'", "\"", "`" -> throw new IllegalArgumentException("a quote " + token + " is not closed");
            default -> {}
        }
        if (depth < 0) {
            throw new IllegalArgumentException("a bracket is closed that is not open");
        }
        if (depth == 0 && token.equals(",")) {
            end();
        } else {
            current.append(token);
        }
    }

    private void end() {
        String argument = current.toString().trim();
        if (argument.isEmpty()) {
            throw new IllegalArgumentException("an argument is empty");
        }
        found.add(argument);
        current.setLength(0);
    }
}
