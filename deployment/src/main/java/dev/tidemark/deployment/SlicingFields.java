package dev.tidemark.deployment;

import dev.tidemark.view.Durations;
import dev.tidemark.view.Pane;
import dev.tidemark.view.Pattern;
import dev.tidemark.view.Session;
import dev.tidemark.view.Slicing;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How a view's file says that its time is cut: {@code pane}, {@code session} or {@code pattern}.
 *
 * @param slicing what it says; empty if a problem was recorded
 * @param by the name of what its sessions or its pattern are by, if it has any
 * @param field the field that says it
 */
record SlicingFields(Optional<Slicing> slicing, Optional<String> by, String field) {

    private static final String PANE = "pane";
    private static final String SESSION = "session";
    private static final String PATTERN = "pattern";

    /** Columns of the rows of sessions and of matches, beside those that no view may have. */
    private static final Map<String, List<String>> RESERVED = Map.of(
            PANE,
            List.of(),
            SESSION,
            List.of("session_start", "session_end", "open", "first_event", "last_event"),
            PATTERN,
            List.of("match_id", "match_start", "match_end", "positions"));

    static SlicingFields read(YamlSection yaml, Map<String, Integer> lines) {
        List<String> given =
                List.of(PATTERN, SESSION, PANE).stream().filter(yaml::has).toList();
        if (given.isEmpty()) {
            yaml.problem(PANE, "is missing; for example `pane: 1m`, or `session` or `pattern` in its place");
            return new SlicingFields(Optional.empty(), Optional.empty(), PANE);
        }
        SlicingFields first = read(yaml, lines, given.get(0));
        for (String other : given.subList(1, given.size())) {
            yaml.problem(
                    other,
                    "stands beside `" + first.field
                            + "`; a view has either panes or sessions or a pattern: leave all but" + " one out");
        }
        return given.size() == 1 ? first : new SlicingFields(Optional.empty(), first.by, first.field);
    }

    private static SlicingFields read(YamlSection yaml, Map<String, Integer> lines, String field) {
        if (field.equals(PANE)) {
            return new SlicingFields(yaml.value(PANE, text -> new Pane(Durations.parse(text))), Optional.empty(), PANE);
        }
        Optional<YamlSection> section = yaml.section(field);
        if (section.isEmpty()) {
            return new SlicingFields(Optional.empty(), Optional.empty(), field);
        }
        lines.putAll(section.get().lines());
        Optional<String> by = by(section.get(), field);
        Optional<Slicing> slicing = field.equals(SESSION) ? session(section.get(), by) : pattern(section.get(), by);
        section.get().refuseUnknown();
        return new SlicingFields(slicing, by, field);
    }

    private static Optional<String> by(YamlSection yaml, String field) {
        Optional<String> by = yaml.requiredText("by", "user_id");
        if (by.isPresent() && !Names.isName(by.get())) {
            yaml.problem(
                    "by",
                    "'" + by.get() + "' is no field; for a " + field
                            + " by an expression, give it a name in `dimensions`," + " and name it here");
            return Optional.empty();
        }
        by.ifPresent(name -> requireFree(yaml, "by", name, field));
        return by.flatMap(name -> Names.check(yaml, "by", name));
    }

    private static Optional<Slicing> session(YamlSection yaml, Optional<String> by) {
        Optional<Duration> gap = required(yaml, "gap", "30m").value("gap", Session::gap);
        Optional<Integer> atMost = required(yaml, "at_most", "1d").value("at_most", Session::days);
        return by.isEmpty() || gap.isEmpty() || atMost.isEmpty()
                ? Optional.empty()
                : yaml.value("gap", text -> new Session(by.get(), gap.get(), atMost.get()));
    }

    private static Optional<Slicing> pattern(YamlSection yaml, Optional<String> by) {
        required(yaml, "steps", "[\"amount < 1.00\", \"amount > 500\"]");
        List<String> steps = yaml.texts("steps");
        Optional<Duration> within = required(yaml, "within", "1m").value("within", Pattern::within);
        Optional<String> unless = yaml.text("unless");
        return by.isEmpty() || !yaml.has("steps") || within.isEmpty()
                ? Optional.empty()
                : yaml.checked("steps", () -> new Pattern(by.get(), steps, within.get(), unless));
    }

    private static YamlSection required(YamlSection yaml, String name, String example) {
        if (!yaml.has(name)) {
            yaml.problem(name, "is missing; for example `" + name + ": " + example + "`");
        }
        return yaml;
    }

    /** Whether the view looks for a pattern, so that it need not state measures. */
    boolean isPattern() {
        return field.equals(PATTERN);
    }

    /**
     * What the view is grouped by: first what its sessions or its pattern are by, which is a field if it is none of the
     * dimensions.
     *
     * @param stated the dimensions that the file states
     */
    Map<String, String> dimensions(Map<String, String> stated) {
        Map<String, String> dimensions = new LinkedHashMap<>();
        by.ifPresent(name -> dimensions.put(name, stated.getOrDefault(name, name)));
        stated.forEach(dimensions::putIfAbsent);
        return dimensions;
    }

    /** Refuses names that the view's rows have already, or that differ only in case. */
    void requireFree(YamlSection yaml, String field, Collection<String> names) {
        if (by.isPresent()) {
            yaml.section(field)
                    .ifPresent(section -> names.forEach(name -> {
                        requireFree(section, name, name, this.field);
                        if (name.equalsIgnoreCase(by.get()) && !name.equals(by.get())) {
                            section.problem(
                                    name,
                                    "differs from " + by.get() + ", by which the " + this.field + " is, only in case");
                        }
                    }));
        }
    }

    private static void requireFree(YamlSection yaml, String field, String name, String slicing) {
        List<String> reserved = RESERVED.get(slicing);
        if (reserved.contains(name.toLowerCase(Locale.ROOT))) {
            yaml.problem(field, "'" + name + "' is reserved in a view with a " + slicing + ", as are " + reserved);
        }
    }
}
