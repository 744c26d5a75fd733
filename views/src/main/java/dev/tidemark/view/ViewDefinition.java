package dev.tidemark.view;

import dev.tidemark.schema.Enrichment;
import dev.tidemark.schema.Field;
import dev.tidemark.schema.Source;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A view as its file states it, its expressions not yet resolved against the source's schema.
 *
 * @param name the view's name
 * @param description what a reader of it should know
 * @param source the source's name
 * @param layers which layers compute it
 * @param where the filter, a Spark SQL predicate
 * @param slicing how it cuts time
 * @param dimensions the dimensions' expressions by name, in order; what sessions and patterns are by is the first of them
 * @param measures the measures by name, in order
 */
public record ViewDefinition(
        String name,
        String description,
        String source,
        Layers layers,
        Optional<String> where,
        Slicing slicing,
        Map<String, String> dimensions,
        Map<String, MeasureCall> measures) {
    public ViewDefinition {
        dimensions = Collections.unmodifiableMap(new LinkedHashMap<>(dimensions));
        measures = Collections.unmodifiableMap(new LinkedHashMap<>(measures));
        if (measures.isEmpty()) {
            throw new IllegalArgumentException("view " + name + " has no measures");
        }
        if (slicing instanceof Session session && !dimensions.containsKey(session.by())) {
            throw new IllegalArgumentException("view " + name + " has sessions by " + session.by() + ", no dimension");
        }
        if (slicing instanceof Pattern pattern
                && !dimensions.keySet().stream().findFirst().equals(Optional.of(pattern.by()))) {
            throw new IllegalArgumentException(
                    "view " + name + " has a pattern by " + pattern.by() + ", not its first dimension");
        }
    }

    /** Those of its source's enrichments that an expression of it may use. */
    public List<Enrichment> enrichmentsOf(Source of) {
        return of.enrichments().stream()
                .filter(enrichment ->
                        enrichment.columns().stream().map(Field::name).anyMatch(this::mayUse))
                .toList();
    }

    /**
     * Whether a field's name is a word of its expressions, in whatever case. Nothing uses a field without naming it; that
     * another word may be the same does no harm.
     */
    private boolean mayUse(String field) {
        java.util.regex.Pattern word =
                java.util.regex.Pattern.compile("\\b" + field + "\\b", java.util.regex.Pattern.CASE_INSENSITIVE);
        Stream<String> expressions = Stream.concat(
                dimensions.values().stream(), measures.values().stream().map(MeasureCall::toString));
        return Stream.concat(Stream.of(where.orElse(""), slicing.stated().toString()), expressions)
                .anyMatch(text -> word.matcher(text).find());
    }

    /** Its sessions; empty if it has none. */
    public Optional<Session> session() {
        return slicing instanceof Session session ? Optional.of(session) : Optional.empty();
    }

    /** Its pattern; empty if it has none. */
    public Optional<Pattern> pattern() {
        return slicing instanceof Pattern pattern ? Optional.of(pattern) : Optional.empty();
    }

    /** The dimension that its sessions or its pattern are by; empty if it has panes. */
    public Optional<String> by() {
        return session().map(Session::by).or(() -> pattern().map(Pattern::by));
    }

    /** Whether there are events that it does not look at: those that its filter leaves out, or that fit no step. */
    public boolean filters() {
        return where.isPresent() || slicing instanceof Pattern;
    }

    /**
     * Its pane.
     *
     * @throws IllegalStateException if it has none
     */
    public Pane pane() {
        if (slicing instanceof Pane pane) {
            return pane;
        }
        throw new IllegalStateException("view " + name + " has no panes, but a " + slicing.field());
    }
}
