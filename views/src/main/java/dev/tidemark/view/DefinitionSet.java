package dev.tidemark.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.schema.CellShape;
import dev.tidemark.schema.Enrichment;
import dev.tidemark.schema.Field;
import dev.tidemark.schema.Format;
import dev.tidemark.schema.LateEvents;
import dev.tidemark.schema.Source;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Views of one source under one identity, which is a hash of everything that decides what an event contributes.
 * Whatever was counted under one definition set can be merged; nothing else can.
 *
 * @param id the identity: see {@link #idOf}
 * @param source the source
 * @param zone where a day begins and ends
 * @param views the views, ordered by name
 */
public record DefinitionSet(String id, Source source, ZoneId zone, List<View> views) {

    /** Changes whenever the same files would count an event differently than the release before. */
    private static final int VERSION = 1;

    private static final int HASH_DIGITS = 16;
    private static final ObjectMapper TREE = new ObjectMapper();

    public DefinitionSet {
        views = views.stream().sorted(Comparator.comparing(View::name)).toList();
    }

    /** What an increment carries for each view, in order. */
    public List<CellShape> shapes() {
        return views.stream().map(View::shape).toList();
    }

    /** What is joined to the events for the views: those of the source's enrichments that they may use. */
    public List<Enrichment> enrichments() {
        return usedBy(views.stream().map(View::definition).toList(), source);
    }

    /** Those of a source's enrichments that views may use. */
    public static List<Enrichment> usedBy(List<ViewDefinition> views, Source source) {
        return source.enrichments().stream()
                .filter(enrichment -> views.stream()
                        .anyMatch(view -> view.enrichmentsOf(source).contains(enrichment)))
                .toList();
    }

    /** The identity under which a view's segments are kept: another set that states it alike has the same. */
    public String segmentsId(View view) {
        return segmentsIdOf(source, view.definition(), zone);
    }

    /** The view of that name. */
    public Optional<View> view(String name) {
        return views.stream().filter(view -> view.name().equals(name)).findFirst();
    }

    /**
     * The identity of a source's views: the version of our own rules, and the first 64 bits of SHA-256 over canonical
     * JSON (keys in order, no white space) of the schema without its documentation, the format of the values (but not
     * where a registry is) unless it is JSON, the judging rules, the content and the
     * columns of the reference tables that the views may use, the views without their descriptions, and the timezone.
     */
    public static String idOf(Source source, List<ViewDefinition> views, ZoneId zone) {
        return idOf(source, zone, views, true);
    }

    /**
     * The identity of a view's segments, made like {@link #idOf} of the view alone, but for the layers that compute it:
     * batch's cells are the same whether a stream goes on from them or not.
     */
    public static String segmentsIdOf(Source source, ViewDefinition view, ZoneId zone) {
        return idOf(source, zone, List.of(view), false);
    }

    private static String idOf(Source source, ZoneId zone, List<ViewDefinition> views, boolean layers) {
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("version", VERSION);
        content.put("source", source.name());
        content.put("schema", withoutDoc(source));
        if (!source.format().equals(Format.JSON)) {
            content.put("format", source.format().name());
        }
        content.put("event_time", source.eventTime());
        content.put("allowed_lateness", source.allowedLateness());
        content.put("earliest", source.earliest());
        content.put("horizon", source.horizon());
        if (source.lateEvents() != LateEvents.INCLUDE) {
            content.put("late_events", source.lateEvents().toString());
        }
        source.deduplication().ifPresent(ids -> {
            content.put("event_id", ids.field());
            content.put("deduplicate_within", ids.within());
        });
        List<Enrichment> enrichments = usedBy(views, source);
        if (!enrichments.isEmpty()) {
            content.put(
                    "enrich",
                    enrichments.stream()
                            .sorted(Comparator.comparing(Enrichment::reference))
                            .map(DefinitionSet::content)
                            .toList());
        }
        content.put("timezone", zone.getId());
        content.put(
                "views",
                views.stream()
                        .sorted(Comparator.comparing(ViewDefinition::name))
                        .map(view -> content(view, layers))
                        .toList());
        return "v" + VERSION + "-" + new Fingerprint().add(Json.write(content)).hex(HASH_DIGITS);
    }

    private static Map<String, Object> content(ViewDefinition view, boolean layers) {
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("name", view.name());
        if (layers) {
            content.put("layers", view.layers().toString());
        }
        content.put("where", view.where());
        content.put(view.slicing().field(), view.slicing().stated());
        content.put("dimensions", pairs(view.dimensions()));
        content.put("measures", pairs(view.measures()));
        return content;
    }

    /** Without the version: another one that holds the same gives the same answers. */
    private static Map<String, Object> content(Enrichment enrichment) {
        return Map.of(
                "reference",
                enrichment.reference(),
                "content",
                enrichment.content(),
                "key",
                enrichment.key(),
                "columns",
                enrichment.columns().stream()
                        .sorted(Comparator.comparing(Field::name))
                        .map(column -> List.of(column.name(), column.type().toString()))
                        .toList());
    }

    private static List<List<String>> pairs(Map<String, ?> ordered) {
        return ordered.entrySet().stream()
                .map(entry -> List.of(entry.getKey(), entry.getValue().toString()))
                .toList();
    }

    private static Object withoutDoc(Source source) {
        try {
            JsonNode schema = TREE.readTree(source.schema().toString());
            removeDoc(schema);
            return TREE.convertValue(schema, Object.class);
        } catch (java.io.IOException e) {
            throw new IllegalStateException("Avro wrote a schema that is no JSON", e);
        }
    }

    /** A field's default is a value, not a part of the schema: what is called "doc" there stays. */
    private static void removeDoc(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.remove("doc");
            object.properties().stream()
                    .filter(entry -> !entry.getKey().equals("default"))
                    .forEach(entry -> removeDoc(entry.getValue()));
        } else {
            node.forEach(DefinitionSet::removeDoc);
        }
    }
}
