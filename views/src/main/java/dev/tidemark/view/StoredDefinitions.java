package dev.tidemark.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tidemark.schema.Field;
import dev.tidemark.schema.ValueType;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A definition set as its file in the warehouse: what a process without Spark reads to know the types that Spark gave
 * the expressions, and what any process goes on from when the deployment's own files state something else by now.
 *
 * @param format the file's format
 * @param id the definition set's identity
 * @param source the source
 * @param timezone where a day begins and ends
 * @param views the views
 */
public record StoredDefinitions(int format, String id, StoredSource source, String timezone, List<StoredView> views) {

    private static final int FORMAT = 2;

    /**
     * One view: its definition, its dimensions' types, and its measures' input types where they have an input.
     *
     * @param pane null where it has none
     * @param session null where it has none
     * @param pattern null where it has none
     */
    public record StoredView(
            String name,
            String description,
            String layers,
            Optional<String> where,
            @JsonInclude(JsonInclude.Include.NON_NULL) String pane,
            @JsonInclude(JsonInclude.Include.NON_NULL) StoredSession session,
            @JsonInclude(JsonInclude.Include.NON_NULL) StoredPattern pattern,
            List<StoredField> dimensions,
            List<StoredField> measures) {

        private Slicing slicing() {
            if (pattern != null) {
                return pattern.toPattern();
            }
            return session == null ? new Pane(Durations.parse(pane)) : session.toSession();
        }
    }

    /** Sessions, as a view's file states them. */
    public record StoredSession(String by, String gap, String atMost) {

        private static StoredSession of(Session session) {
            Map<String, String> stated = session.stated();
            return new StoredSession(stated.get("by"), stated.get("gap"), stated.get("at_most"));
        }

        private Session toSession() {
            return new Session(by, Session.gap(gap), Session.days(atMost));
        }
    }

    /**
     * A pattern, as a view's file states it.
     *
     * @param resolved how its steps are compared
     */
    public record StoredPattern(String by, List<String> steps, String within, Optional<String> unless, Steps resolved) {

        private static StoredPattern of(Pattern pattern, Steps resolved) {
            return new StoredPattern(
                    pattern.by(), pattern.steps(), Durations.format(pattern.within()), pattern.unless(), resolved);
        }

        private Pattern toPattern() {
            return new Pattern(by, steps, Pattern.within(within), unless);
        }
    }

    /** A dimension or a measure: its name, its expression or call, and the type of its value or input. */
    public record StoredField(String name, String expression, Optional<ValueType> type) {}

    /** The file's content for {@code set}. */
    public static StoredDefinitions of(DefinitionSet set) {
        return new StoredDefinitions(
                FORMAT,
                set.id(),
                StoredSource.of(set.source()),
                set.zone().getId(),
                set.views().stream().map(StoredDefinitions::stored).toList());
    }

    private static StoredView stored(View view) {
        List<StoredField> dimensions = view.dimensions().stream()
                .map(field -> new StoredField(
                        field.name(), view.definition().dimensions().get(field.name()), Optional.of(field.type())))
                .toList();
        List<StoredField> measures = view.measures().stream()
                .map(measure -> new StoredField(
                        measure.name(),
                        measure.call().toString(),
                        measure.aggregate().input()))
                .toList();
        ViewDefinition definition = view.definition();
        return new StoredView(
                definition.name(),
                definition.description(),
                definition.layers().toString(),
                definition.where(),
                definition.slicing() instanceof Pane pane ? pane.toString() : null,
                definition.session().map(StoredSession::of).orElse(null),
                definition
                        .pattern()
                        .map(pattern -> StoredPattern.of(pattern, view.steps().orElseThrow()))
                        .orElse(null),
                dimensions,
                measures);
    }

    /** The definition set in this file. */
    public DefinitionSet toSet() {
        if (format != FORMAT) {
            throw new IllegalArgumentException("definition set " + id + " is of format " + format
                    + "; this release reads format " + FORMAT + ": upgrade this process");
        }
        return new DefinitionSet(
                id,
                source.toSource(),
                ZoneId.of(timezone),
                views.stream().map(this::view).toList());
    }

    private View view(StoredView stored) {
        Map<String, String> expressions = new LinkedHashMap<>();
        List<Field> dimensions = new ArrayList<>();
        for (StoredField dimension : stored.dimensions()) {
            expressions.put(dimension.name(), dimension.expression());
            dimensions.add(new Field(dimension.name(), dimension.type().orElseThrow()));
        }
        Map<String, MeasureCall> calls = new LinkedHashMap<>();
        List<Measure> measures = new ArrayList<>();
        for (StoredField measure : stored.measures()) {
            MeasureCall call = MeasureCall.parse(measure.expression());
            calls.put(measure.name(), call);
            measures.add(
                    new Measure(measure.name(), call, call.over(measure.type().orElse(null))));
        }
        ViewDefinition definition = new ViewDefinition(
                stored.name(),
                stored.description(),
                source.name(),
                Layers.parse(stored.layers()),
                stored.where(),
                stored.slicing(),
                expressions,
                calls);
        return new View(
                definition,
                dimensions,
                measures,
                Optional.ofNullable(stored.pattern()).map(StoredPattern::resolved));
    }
}
