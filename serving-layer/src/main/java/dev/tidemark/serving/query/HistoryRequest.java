package dev.tidemark.serving.query;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code GET /v1/views/{view}/history} is asked for.
 *
 * @param query the query whose answer is followed
 * @param publications how many publications, from the newest back, are each compared with the one before
 */
public record HistoryRequest(QueryRequest query, int publications) {

    private static final String PUBLICATIONS = "publications";
    private static final int USUAL = 20;
    private static final int MOST = 100;

    /**
     * The request in an address.
     *
     * @param parameters what follows the address's question mark, as it was sent; null for nothing
     * @throws dev.tidemark.serving.problem.HttpProblem if a parameter is unknown, or not what it should be
     */
    public static HistoryRequest parse(String view, String parameters) {
        Map<String, List<String>> given = new LinkedHashMap<>(QueryString.parse(parameters));
        int publications = UrlQuery.number(given, PUBLICATIONS, 1, MOST).orElse(USUAL);
        given.remove(PUBLICATIONS);
        QueryRequest.OF_THE_PRESENT.forEach(field -> refuse(given, field, "what follows the log"));
        refuse(given, "publication", "one publication");
        refuse(given, "finality", "final answers alone");
        return new HistoryRequest(UrlQuery.parse(view, given), publications);
    }

    private static void refuse(Map<String, List<String>> given, String field, String meaning) {
        UrlQuery.single(given, field).ifPresent(value -> {
            throw RequestFields.wrong(
                    field,
                    value,
                    "history without " + field,
                    "%s is for %s, and history is about all publications".formatted(field, meaning));
        });
    }
}
