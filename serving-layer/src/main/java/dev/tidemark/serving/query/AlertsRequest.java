package dev.tidemark.serving.query;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code GET /v1/alerts} is asked for.
 *
 * @param view of that view only
 * @param state in that state only
 * @param id that alert only
 * @param limit how many at most
 */
public record AlertsRequest(Optional<String> view, Optional<String> state, Optional<String> id, int limit) {

    private static final List<String> KNOWN = List.of("view", "state", "id", "limit");
    private static final int USUAL = 100;
    private static final int MOST = 1_000;

    /**
     * The request in an address.
     *
     * @param parameters what follows the address's question mark, as it was sent; null for nothing
     * @param views the views that send alerts
     * @param states the states that there are
     * @throws dev.tidemark.serving.problem.HttpProblem if a parameter is unknown, or not what it should be
     */
    public static AlertsRequest parse(String parameters, List<String> views, List<String> states) {
        Map<String, List<String>> given = QueryString.parse(parameters);
        Names.requireAmong(given.keySet(), KNOWN);
        return new AlertsRequest(
                UrlQuery.oneOf(given, "view", views),
                UrlQuery.oneOf(given, "state", states),
                UrlQuery.single(given, "id"),
                UrlQuery.limit(given, 1, MOST).orElse(USUAL));
    }
}
