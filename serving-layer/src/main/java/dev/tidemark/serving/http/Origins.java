package dev.tidemark.serving.http;

import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.serving.problem.HttpProblem.Kind;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whose pages may change something here. Browsers send with such a request which page it comes from: a page of another site,
 * opened by somebody who can reach this server, must not change anything. That the page's host is the request's is not
 * enough, since whoever owns a name can let it lead here (DNS rebinding): the name must be one of ours.
 *
 * @param names the names under which this server is reached, beside its addresses and {@code localhost}
 */
record Origins(Set<String> names) {

    /** The environment variable with the names, separated by commas. */
    static final String VARIABLE = "TIDEMARK_SERVING_NAMES";

    /** Those that the environment names. */
    static Origins ofEnvironment() {
        return of(System.getenv().getOrDefault(VARIABLE, ""));
    }

    /** Those that stand in a list. */
    static Origins of(String names) {
        return new Origins(Arrays.stream(names.split(","))
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toUnmodifiableSet()));
    }

    /**
     * Looks at a request's headers.
     *
     * @param origin which page it comes from; null if it comes from none
     * @param host whom it is for
     * @throws HttpProblem if it comes from a page of another site
     */
    void require(String origin, String host) {
        if (origin == null) {
            return;
        }
        boolean same = origin.equals("http://" + host) || origin.equals("https://" + host);
        if (!same || !isOurs(name(origin))) {
            throw HttpProblem.of(
                    Kind.FOREIGN_ORIGIN,
                    ("the request comes from a page of %s; accepted are requests of no page, and this server's own pages"
                                    + " under an address, localhost, or a name in %s (which has: %s)")
                            .formatted(origin, VARIABLE, names.isEmpty() ? "none" : String.join(", ", names)));
        }
    }

    private boolean isOurs(String name) {
        boolean address = name.matches("[0-9.]+") || name.startsWith("[");
        return address || name.equals("localhost") || names.contains(name);
    }

    private static String name(String origin) {
        try {
            String host = new URI(origin).getHost();
            return host == null ? "" : host.toLowerCase(Locale.ROOT);
        } catch (URISyntaxException e) {
            return "";
        }
    }
}
