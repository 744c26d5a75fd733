package dev.tidemark.serving.query;

import java.util.List;
import java.util.Map;

/**
 * What {@code GET /v1/publications} is asked for.
 *
 * @param limit how many publications at most, the newest first
 */
public record PublicationsRequest(int limit) {

    private static final int USUAL = 20;
    private static final int MOST = 1_000;

    /**
     * The request in an address.
     *
     * @param parameters what follows the address's question mark, as it was sent; null for nothing
     * @throws dev.tidemark.serving.problem.HttpProblem if a parameter is unknown, or not what it should be
     */
    public static PublicationsRequest parse(String parameters) {
        Map<String, List<String>> given = QueryString.parse(parameters);
        Names.requireAmong(given.keySet(), List.of("limit"));
        return new PublicationsRequest(UrlQuery.limit(given, 1, MOST).orElse(USUAL));
    }
}
