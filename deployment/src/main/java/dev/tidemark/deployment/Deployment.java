package dev.tidemark.deployment;

import dev.tidemark.schema.Source;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Publication;
import dev.tidemark.view.ViewDefinition;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A deployment as its files state it.
 *
 * @param file the file {@code tidemark.yaml}
 * @param name the deployment's name; internal topics carry it
 * @param zone where a day begins and ends
 * @param warehouse where everything that is kept stands
 * @param kafka settings of Kafka's clients, with {@code bootstrap.servers}; empty for a broker of the deployment's own
 * @param spark settings of Spark
 * @param servingPort the port of the HTTP API
 * @param sources the sources
 * @param views the views
 * @param locations where each field stands in the files
 */
public record Deployment(
        Path file,
        String name,
        ZoneId zone,
        Warehouse warehouse,
        Map<String, String> kafka,
        Map<String, String> spark,
        int servingPort,
        List<Source> sources,
        List<ViewDefinition> views,
        Locations locations) {

    private static final int ADMIN_MILLIS = 10_000;

    /** The source of that name. */
    public Source source(String name) {
        return sources.stream()
                .filter(source -> source.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no source '" + name + "'; there are "
                        + sources.stream().map(Source::name).toList()));
    }

    /** The views over a source. */
    public List<ViewDefinition> viewsOf(String source) {
        return views.stream().filter(view -> view.source().equals(source)).toList();
    }

    /** The identity of a source's views as the files state them now. */
    public String definitionSetId(String source) {
        return DefinitionSet.idOf(source(source), viewsOf(source), zone);
    }

    /** The increments topic of one source and definition set. */
    public String incrementsTopic(String source, String definitionSet) {
        return incrementsPrefix(source) + definitionSet;
    }

    /** What the names of a source's increments topics begin with, whatever their definition set. */
    public String incrementsPrefix(String source) {
        return "tidemark." + name + "." + source + ".increments.";
    }

    /** Where the broker of the deployment's own keeps its data and its address. */
    public BrokerHome brokerHome() {
        return new BrokerHome(
                file.toAbsolutePath().getParent().resolve(".tidemark").resolve("broker"));
    }

    /**
     * Settings for a Kafka client: those of the file, or the address of the broker that {@code up} or {@code broker}
     * has started.
     *
     * @throws UnavailableException if the deployment has no broker of its own running
     */
    public Map<String, Object> kafkaClient() {
        return kafka.isEmpty() ? Map.of("bootstrap.servers", brokerHome().address()) : Map.copyOf(kafka);
    }

    /** Like {@link #kafkaClient}, for an admin client that gives up in seconds, not minutes. */
    public Map<String, Object> kafkaAdmin() {
        Map<String, Object> settings = new HashMap<>(kafkaClient());
        settings.putIfAbsent("request.timeout.ms", "5000");
        String request = settings.get("request.timeout.ms").toString().trim();
        // Kafka refuses a timeout of a call that is below that of its requests.
        boolean longer = request.matches("\\d{1,9}") && Integer.parseInt(request) > ADMIN_MILLIS;
        settings.putIfAbsent("default.api.timeout.ms", longer ? request : Integer.toString(ADMIN_MILLIS));
        return settings;
    }

    /**
     * Refuses to go on if a source was published under another definition set than the files now give, or streamed
     * before anything was published. To be asked before a set is {@link Warehouse#saveDefinitions saved}.
     */
    public void requireSameDefinitions(Publication published, Source source) {
        String now = definitionSetId(source.name());
        Optional<String> publishedUnder = published.source(source.name()).map(Publication.SourceState::definitionSet);
        if (publishedUnder.isPresent()) {
            requireSame(source, publishedUnder.get(), now, "publication " + published.number() + " was made");
            return;
        }
        List<String> saved = warehouse.savedDefinitions(source.name());
        if (!saved.isEmpty() && !saved.contains(now)) {
            requireSame(source, saved.get(0), now, "its increments were written");
        }
    }

    private static void requireSame(Source source, String before, String now, String what) {
        if (!before.equals(now)) {
            throw new RefusedException(
                    ("the schema, the judging rules, the timezone or a view of source %s has changed:"
                                    + " %s under definition set %s, the files now give %s; this release"
                                    + " cannot switch a running deployment: restore the files, or take a new name and warehouse")
                            .formatted(source.name(), what, before, now));
        }
    }
}
