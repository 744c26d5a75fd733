package dev.tidemark.deployment;

import dev.tidemark.view.Layers;
import dev.tidemark.view.MeasureCall;
import dev.tidemark.view.Pane;
import dev.tidemark.view.ViewDefinition;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads {@code views/<view>.yaml}. */
final class ViewFile {

    private static final Pane STAND_IN = new Pane(Duration.ofMinutes(1));
    private static final MeasureCall COUNT = MeasureCall.parse("count()");

    private ViewFile() {}

    /**
     * What a file states.
     *
     * @param view the view
     * @param isWhole whether it is the file's; else a problem was recorded, and something else stands in the place of
     *     what is wrong, so that the expressions can be looked at all the same
     * @param alerting how it sends alerts, if it does
     */
    record Read(ViewDefinition view, boolean isWhole, Optional<Alerting> alerting) {}

    /** The view that the file states; empty, or not whole, if a problem was recorded. */
    static Optional<Read> read(YamlSection yaml, Map<String, Integer> lines) {
        lines.putAll(yaml.lines());
        Optional<String> name = yaml.requiredText("name", "revenue").flatMap(text -> Names.check(yaml, "name", text));
        String description = yaml.text("description").orElse("");
        Optional<String> source = yaml.requiredText("source", "orders");
        Layers layers = yaml.value("layers", Layers::parse).orElse(Layers.BOTH);
        Optional<String> where = yaml.text("where");
        Map<String, String> stated = new LinkedHashMap<>();
        yaml.section("dimensions").ifPresent(section -> stated.putAll(expressions(section, lines)));
        SlicingFields slicing = SlicingFields.read(yaml, lines);
        Map<String, String> dimensions = slicing.dimensions(stated);
        Map<String, MeasureCall> measures = measures(yaml, lines, dimensions, slicing);
        String named = name.orElse(yaml.file().getFileName().toString());
        Optional<Alerting> alerting =
                AlertFields.read(yaml, lines, named, slicing.slicing(), dimensions.keySet(), measures);
        yaml.refuseUnknown();
        if (source.isEmpty()) {
            return Optional.empty();
        }
        slicing.requireFree(yaml, "dimensions", stated.keySet());
        slicing.requireFree(yaml, "measures", measures.keySet());
        boolean isWhole = name.isPresent() && slicing.slicing().isPresent() && !measures.isEmpty();
        ViewDefinition view = new ViewDefinition(
                named,
                description,
                source.get(),
                layers,
                where,
                slicing.slicing().orElse(STAND_IN),
                dimensions,
                measures.isEmpty() ? Map.of("events", COUNT) : measures);
        return Optional.of(new Read(view, isWhole, alerting));
    }

    private static Map<String, String> expressions(YamlSection section, Map<String, Integer> lines) {
        lines.putAll(section.lines());
        Map<String, String> expressions = new LinkedHashMap<>();
        for (String name : section.names()) {
            requireNew(section, name, expressions.keySet(), "dimension");
            Names.check(section, name, name).flatMap(section::text).ifPresent(text -> expressions.put(name, text));
        }
        return expressions;
    }

    /** Columns whose names differ only in case are one to Delta. */
    private static void requireNew(YamlSection section, String name, Set<String> others, String what) {
        others.stream()
                .filter(other -> other.equalsIgnoreCase(name))
                .forEach(other -> section.problem(
                        name,
                        other.equals(name)
                                ? "is a " + what + "'s name too"
                                : "differs from the " + what + " " + other + " only in case"));
    }

    private static Map<String, MeasureCall> measures(
            YamlSection yaml, Map<String, Integer> lines, Map<String, String> dimensions, SlicingFields slicing) {
        Map<String, MeasureCall> measures = new LinkedHashMap<>();
        Optional<YamlSection> section = yaml.section("measures");
        List<String> names = section.map(YamlSection::names).orElse(List.of());
        if (names.isEmpty() && slicing.isPattern()) {
            measures.put("matches", COUNT);
        } else if (names.isEmpty()) {
            yaml.problem("measures", "is missing; for example `measures: {orders: count()}`");
        }
        for (String name : names) {
            lines.putAll(section.get().lines());
            Names.check(section.get(), name, name);
            requireNew(section.get(), name, dimensions.keySet(), "dimension");
            requireNew(section.get(), name, measures.keySet(), "measure");
            section.get().value(name, MeasureCall::parse).ifPresent(call -> measures.put(name, call));
        }
        return measures;
    }
}
