package dev.tidemark.launcher;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A query as options: the HTTP API's parameters by their names, whose values go to the server as they are. */
final class QueryOptions {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Parameters(paramLabel = "VIEW", description = "The view.")
    private String view;

    @Option(names = "--from", paramLabel = "TIME", description = "From this time on: 2026-03-01T00:00:00Z.")
    private Optional<String> from = Optional.empty();

    @Option(names = "--to", paramLabel = "TIME", description = "Before this time.")
    private Optional<String> to = Optional.empty();

    @Option(names = "--last", paramLabel = "DURATION", description = "In place of both: 1h, 7d.")
    private Optional<String> last = Optional.empty();

    @Option(names = "--window", paramLabel = "DURATION", description = "One row for each: 5m, 90m, 1h, 2d, 1w, 3mo.")
    private Optional<String> window = Optional.empty();

    @Option(names = "--every", paramLabel = "DURATION", description = "A window begins so often; default: its length.")
    private Optional<String> every = Optional.empty();

    @Option(
            names = "--timezone",
            paramLabel = "ZONE",
            description = "Whose days: Europe/Berlin; default: the deployment's.")
    private Optional<String> timezone = Optional.empty();

    @Option(names = "--by", paramLabel = "DIMENSION", description = "One row for each value of these.")
    private List<String> by = List.of();

    @Option(
            names = "--filter",
            paramLabel = "DIMENSION=VALUE",
            description = "Only where it holds; repeated for one dimension: any of them.")
    private List<String> filters = List.of();

    @Option(names = "--measures", paramLabel = "MEASURE", description = "These only.")
    private List<String> measures = List.of();

    @Option(names = "--order", paramLabel = "[-]COLUMN", description = "In this order; - the greatest first.")
    private List<String> order = List.of();

    @Option(names = "--limit", paramLabel = "N", description = "So many rows at most.")
    private Optional<String> limit = Optional.empty();

    @Option(names = "--fill", paramLabel = "zero|null", description = "Windows and groups without events, too.")
    private Optional<String> fill = Optional.empty();

    @Option(names = "--publication", paramLabel = "N", description = "As of that publication's cut.")
    private Optional<String> publication = Optional.empty();

    @Option(
            names = "--publications",
            paramLabel = "N",
            description = "With --history: so many publications, from the newest back; default: 20.")
    private Optional<String> publications = Optional.empty();

    @Option(names = "--at-least", paramLabel = "JSON", description = "Count these positions: what `produce` prints.")
    private Optional<String> atLeast = Optional.empty();

    @Option(names = "--wait", paramLabel = "DURATION", description = "Wait so long for --at-least.")
    private Optional<String> waitFor = Optional.empty();

    @Option(names = "--max-lag", paramLabel = "DURATION", description = "Be refused rather than be further behind.")
    private Optional<String> maxLag = Optional.empty();

    @Option(names = "--finality", paramLabel = "final", description = "Be refused rather than be changed later.")
    private Optional<String> finality = Optional.empty();

    @Option(names = "--on-missing", paramLabel = "return", description = "Take an answer that misses positions.")
    private Optional<String> onMissing = Optional.empty();

    /**
     * The query in an address.
     *
     * @param resource which of the view's addresses: {@code query}, {@code live} or {@code history}
     */
    String path(String resource) {
        List<String> parameters = new ArrayList<>();
        add(parameters, "from", from);
        add(parameters, "to", to);
        add(parameters, "last", last);
        add(parameters, "window", window);
        add(parameters, "every", every);
        add(parameters, "timezone", timezone);
        by.forEach(dimensions -> add(parameters, "by", Optional.of(dimensions)));
        filters.forEach(filter -> addFilter(parameters, filter));
        measures.forEach(names -> add(parameters, "measures", Optional.of(names)));
        order.forEach(columns -> add(parameters, "order", Optional.of(columns)));
        add(parameters, "limit", limit);
        add(parameters, "fill", fill);
        add(parameters, "publication", publication);
        add(parameters, "publications", publications);
        add(parameters, "at_least", atLeast);
        add(parameters, "wait", waitFor);
        add(parameters, "max_lag", maxLag);
        add(parameters, "finality", finality);
        add(parameters, "on_missing", onMissing);
        String path = "/v1/views/" + encoded(view) + "/" + resource;
        return parameters.isEmpty() ? path : path + "?" + String.join("&", parameters);
    }

    private void addFilter(List<String> parameters, String filter) {
        int equals = filter.indexOf('=');
        if (equals < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--filter is '%s'; DIMENSION=VALUE is expected".formatted(filter));
        }
        add(parameters, "filter[" + filter.substring(0, equals) + "]", Optional.of(filter.substring(equals + 1)));
    }

    private static void add(List<String> parameters, String name, Optional<String> value) {
        value.ifPresent(text -> parameters.add(encoded(name) + "=" + encoded(text)));
    }

    /** Also in a path, where a space may not be a plus. */
    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
