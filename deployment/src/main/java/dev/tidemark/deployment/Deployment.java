package dev.tidemark.deployment;

import dev.tidemark.schema.Source;
import dev.tidemark.view.DefinitionSet;
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
 * @param servingPort the port of the HTTP API; 0 for any free one
 * @param speedMetricsPort the port of the speed layer's metrics; 0 for any free one
 * @param sources the sources
 * @param views the views
 * @param alerting how those of them send alerts that do
 * @param references the reference tables
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
        int speedMetricsPort,
        List<Source> sources,
        List<ViewDefinition> views,
        List<Alerting> alerting,
        List<ReferenceTable> references,
        Locations locations) {

    private static final int ADMIN_MILLIS = 10_000;

    /** A deployment without alerts and reference tables. */
    public Deployment(
            Path file,
            String name,
            ZoneId zone,
            Warehouse warehouse,
            Map<String, String> kafka,
            Map<String, String> spark,
            int servingPort,
            int speedMetricsPort,
            List<Source> sources,
            List<ViewDefinition> views,
            Locations locations) {
        this(
                file,
                name,
                zone,
                warehouse,
                kafka,
                spark,
                servingPort,
                speedMetricsPort,
                sources,
                views,
                List.of(),
                List.of(),
                locations);
    }

    public Deployment {
        // Whoever prints a deployment, or an exception that has one in its message, shows no secret.
        kafka = Settings.of(kafka);
        spark = Settings.of(spark);
    }

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

    /** The views over a source that the speed layer computes. */
    public List<ViewDefinition> streamedViewsOf(String source) {
        return viewsOf(source).stream().filter(view -> view.layers().streamed()).toList();
    }

    /** The views over a source that batch alone computes. */
    public List<ViewDefinition> batchViewsOf(String source) {
        return viewsOf(source).stream()
                .filter(view -> !view.layers().streamed())
                .toList();
    }

    /** How a view sends alerts, if it does. */
    public Optional<Alerting> alertingOf(String view) {
        return alerting.stream().filter(found -> found.view().equals(view)).findFirst();
    }

    /** How the views over a source send alerts. */
    public List<Alerting> alertingOver(String source) {
        return viewsOf(source).stream()
                .flatMap(view -> alertingOf(view.name()).stream())
                .toList();
    }

    /** The topics that alerts are sent to. */
    public List<String> alertTopics() {
        return alerting.stream().map(Alerting::topic).distinct().toList();
    }

    /** The consumer group by whose committed offsets a view's webhook says how far it has delivered. */
    public String webhookGroup(String view) {
        return "tidemark." + name + ".webhook." + view;
    }

    /** Whether a source is archived: unless the stream alone computes all its views. */
    public boolean isArchived(String source) {
        List<ViewDefinition> views = viewsOf(source);
        return views.isEmpty() || views.stream().anyMatch(view -> view.layers().recomputed());
    }

    /** The reference tables that sources take from and that have not been loaded as their files state them. */
    public List<ReferenceTable> referencesToLoad() {
        return references.stream()
                .filter(table -> sources.stream()
                        .flatMap(source -> source.enrichments().stream())
                        .anyMatch(taken -> taken.reference().equals(table.name()) && !taken.isLoaded()))
                .toList();
    }

    /**
     * Asks for reference tables whose content names what is to be written.
     *
     * @throws RefusedException with those that have not been loaded
     */
    public void requireReferences() {
        List<String> missing =
                referencesToLoad().stream().map(ReferenceTable::name).toList();
        if (!missing.isEmpty()) {
            throw new RefusedException("the references " + missing + " have not been loaded as their files state"
                    + " them: run `tidemark references load --missing`, and start again");
        }
    }

    /** The identity of a source's streamed views as the files state them now. */
    public String definitionSetId(String source) {
        return DefinitionSet.idOf(source(source), streamedViewsOf(source), zone);
    }

    /** The identity of those of a source's views that batch alone computes, as the files state them now. */
    public String batchSetId(String source) {
        return DefinitionSet.idOf(source(source), batchViewsOf(source), zone);
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

    /** Where the serving process at that port keeps what is dear to make again: on local disk, and its own alone. */
    public Path servingFolder(int port) {
        return file.toAbsolutePath()
                .getParent()
                .resolve(".tidemark")
                .resolve("serving")
                .resolve(Integer.toString(port));
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

    /** The address of the user's broker, for a person to read: as the file has it, references and all. */
    public String shownBroker() {
        return Settings.of(kafka).shown("bootstrap.servers");
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
}
