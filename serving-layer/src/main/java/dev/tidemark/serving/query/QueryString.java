package dev.tidemark.serving.query;

import dev.tidemark.serving.problem.HttpProblem;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The part of an address after its question mark. Read strictly: a parameter that is not understood is refused, since
 * without it the answer would be one to another question.
 */
final class QueryString {

    private static final Pattern ESCAPES = Pattern.compile("(?:%[0-9A-Fa-f]{2})+|%.{0,2}");

    private QueryString() {}

    /**
     * The values of each parameter, in order.
     *
     * @param text as it was sent, its escapes not resolved; null for none
     * @throws HttpProblem if an escape is broken, or names bytes that are not UTF-8
     */
    static Map<String, List<String>> parse(String text) {
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        for (String parameter : text == null ? new String[0] : text.split("&")) {
            if (!parameter.isEmpty()) {
                String[] parts = parameter.split("=", 2);
                String name = decode(parts[0], parts[0]);
                parameters
                        .computeIfAbsent(name, key -> new ArrayList<>())
                        .add(parts.length == 2 ? decode(name, parts[1]) : "");
            }
        }
        return parameters;
    }

    private static String decode(String name, String text) {
        return ESCAPES.matcher(text.replace('+', ' '))
                .replaceAll(escapes -> Matcher.quoteReplacement(utf8(name, escapes.group())));
    }

    private static String utf8(String name, String escapes) {
        try {
            byte[] bytes = HexFormat.of().withPrefix("%").parseHex(escapes);
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException | IllegalArgumentException e) {
            throw RequestFields.wrong(
                    name, escapes, "UTF-8, a percent sign as %25", name + " has the broken escape '" + escapes + "'");
        }
    }
}
