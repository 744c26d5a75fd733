package dev.tidemark.deployment;

import dev.tidemark.view.Durations;
import dev.tidemark.view.Pane;
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
 * How a view's file says that its time is cut: {@code pane} or {@code session}.
 *
 * @param slicing what it says; empty if a problem was recorded
 * @param by the name of what its sessions are by, if it has any
 */
record SlicingFields(Optional<Slicing> slicing, Optional<String> by) {

    /** Columns of a session view's rows, beside those that no view may have. */
    private static final List<String> RESERVED =
            List.of("session_start", "session_end", "open", "first_event", "last_event");

    static SlicingFields read(YamlSection yaml, Map<String, Integer> lines) {
        boolean hasPane = yaml.has("pane");
        if (!yaml.has("session")) {
            if (!hasPane) {
                yaml.problem("pane", "is missing; for example `pane: 1m`, or `session` in its place");
            }
            return new SlicingFields(yaml.value("pane", text -> new Pane(Durations.parse(text))), Optional.empty());
        }
        Optional<String> by = Optional.empty();
        Optional<Slicing> sessions = Optional.empty();
        Optional<YamlSection> section = yaml.section("session");
        if (section.isPresent()) {
            lines.putAll(section.get().lines());
            by = by(section.get());
            sessions = session(section.get(), by);
        }
        if (hasPane) {
            yaml.problem("pane", "stands beside `session`; a view has either panes or sessions: leave one of them out");
        }
        return new SlicingFields(hasPane ? Optional.empty() : sessions, by);
    }

    private static Optional<String> by(YamlSection yaml) {
        Optional<String> by = yaml.requiredText("by", "user_id");
        if (by.isPresent() && !Names.isName(by.get())) {
            yaml.problem(
                    "by",
                    "'" + by.get() + "' is no field; to have sessions by an expression, give it a name in `dimensions`,"
                            + " and name it here");
            return Optional.empty();
        }
        by.ifPresent(name -> requireFree(yaml, "by", name));
        return by.flatMap(name -> Names.check(yaml, "by", name));
    }

    private static Optional<Slicing> session(YamlSection yaml, Optional<String> by) {
        Optional<Duration> gap = required(yaml, "gap", "30m").value("gap", Session::gap);
        Optional<Integer> atMost = required(yaml, "at_most", "1d").value("at_most", Session::days);
        yaml.refuseUnknown();
        return by.isEmpty() || gap.isEmpty() || atMost.isEmpty()
                ? Optional.empty()
                : yaml.value("gap", text -> new Session(by.get(), gap.get(), atMost.get()));
    }

    private static YamlSection required(YamlSection yaml, String name, String example) {
        if (!yaml.has(name)) {
            yaml.problem(name, "is missing; for example `" + name + ": " + example + "`");
        }
        return yaml;
    }

    /**
     * What the view is grouped by: first what its sessions are by, which is a field if it is none of the dimensions.
     *
     * @param stated the dimensions that the file states
     */
    Map<String, String> dimensions(Map<String, String> stated) {
        Map<String, String> dimensions = new LinkedHashMap<>();
        by.ifPresent(name -> dimensions.put(name, stated.getOrDefault(name, name)));
        stated.forEach(dimensions::putIfAbsent);
        return dimensions;
    }

    /** Refuses names of a session view that its rows have already, or that differ only in case. */
    void requireFree(YamlSection yaml, String field, Collection<String> names) {
        if (by.isPresent()) {
            yaml.section(field)
                    .ifPresent(section -> names.forEach(name -> {
                        requireFree(section, name, name);
                        if (name.equalsIgnoreCase(by.get()) && !name.equals(by.get())) {
                            section.problem(
                                    name, "differs from " + by.get() + ", by which the sessions are, only in case");
                        }
                    }));
        }
    }

    private static void requireFree(YamlSection yaml, String field, String name) {
        if (RESERVED.contains(name.toLowerCase(Locale.ROOT))) {
            yaml.problem(field, "'" + name + "' is reserved in a view of sessions, as are " + RESERVED);
        }
    }
}
