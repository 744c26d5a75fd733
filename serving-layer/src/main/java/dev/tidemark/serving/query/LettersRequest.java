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
        Names.requireAmong(given.keySet(), KNOWN);
        return new LettersRequest(
                UrlQuery.oneOf(given, "source", sources),
                new LetterFilter(
                        UrlQuery.oneOf(given, "reason", StoredLetter.reasons()),
                        UrlQuery.single(given, "view"),
                        UrlQuery.limit(given, 0, LetterFilter.MOST_SAMPLES).orElse(LetterFilter.USUAL_SAMPLES)));
    }
}
