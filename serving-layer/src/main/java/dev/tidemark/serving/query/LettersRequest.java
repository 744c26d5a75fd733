package dev.tidemark.serving.query;

import dev.tidemark.deployment.deadletter.LetterFilter;
import dev.tidemark.deployment.deadletter.StoredLetter;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code GET /v1/dead-letters} is asked for.
 *
 * @param source of that source only
 * @param filter which of each source's
 */
public record LettersRequest(Optional<String> source, LetterFilter filter) {

    private static final List<String> KNOWN = List.of("source", "reason", "view", "limit");

    /**
     * The request in an address.
     *
     * @param parameters what follows the address's question mark, as it was sent; null for nothing
     * @param sources the sources that there are
     * @throws dev.tidemark.serving.problem.HttpProblem if a parameter is unknown, or not what it should be
     */
    public static LettersRequest parse(String parameters, List<String> sources) {
        Map<String, List<String>> given = QueryString.parse(parameters);
        given.keySet().stream()
                .filter(name -> !KNOWN.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw Names.unknown(name, "there is no parameter '" + name + "'", KNOWN);
                });
        return new LettersRequest(
                oneOf(given, "source", sources),
                new LetterFilter(oneOf(given, "reason", StoredLetter.reasons()), single(given, "view"), limit(given)));
    }

    private static Optional<String> oneOf(Map<String, List<String>> given, String name, List<String> accepted) {
        Optional<String> found = single(given, name);
        found.filter(value -> !accepted.contains(value)).ifPresent(value -> {
            throw Names.unknown(name, value, "there is no %s '%s'".formatted(name, value), accepted);
        });
        return found;
    }

    private static int limit(Map<String, List<String>> given) {
        Optional<String> limit = single(given, "limit");
        limit.filter(text -> !text.matches("\\d{1,3}") || Integer.parseInt(text) > LetterFilter.MOST_SAMPLES)
                .ifPresent(text -> {
                    throw RequestFields.wrong(
                            "limit",
                            text,
                            "a whole number from 0 to " + LetterFilter.MOST_SAMPLES,
                            "limit is '" + text + "'");
                });
        return limit.map(Integer::parseInt).orElse(LetterFilter.USUAL_SAMPLES);
    }

    private static Optional<String> single(Map<String, List<String>> given, String name) {
        return Optional.ofNullable(given.get(name)).map(values -> UrlQuery.single(name, values));
    }
}
