package dev.tidemark.serving.alert;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.deployment.Threshold;
import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.serving.problem.HttpProblem.Kind;
import dev.tidemark.serving.query.Answer;
import dev.tidemark.serving.query.AnswerJson;
import dev.tidemark.serving.query.Column;
import dev.tidemark.serving.query.Zero;
import dev.tidemark.view.View;
import dev.tidemark.view.aggregate.Aggregate;
import dev.tidemark.view.aggregate.Count;
import dev.tidemark.view.aggregate.DistinctCount;
import dev.tidemark.view.aggregate.Sum;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rows that a threshold judges, by their groups and the ends of their windows. A group is known by its key, the JSON of
 * the values that make it. A window in which a group has no events has a row too: there counts and sums are 0, and all
 * other measures are null. An accumulator.
 */
final class GroupedRows {

    /** How many rows are judged at most, each second. */
    static final int MOST = 1_000_000;

    private final View view;
    private final Threshold threshold;
    private final Lookback lookback;
    private final List<Instant> ends;
    private final Map<List<Object>, String> keys = new HashMap<>();
    private final Map<String, Map<Instant, Map<String, Object>>> byGroup = new HashMap<>();

    /** The rows of the newest window as an answer has them. */
    private final Map<String, String> newest = new HashMap<>();

    GroupedRows(View view, Threshold threshold, Lookback lookback) {
        this.view = view;
        this.threshold = threshold;
        this.lookback = lookback;
        this.ends = lookback.ends();
        if (threshold.by().isEmpty()) {
            addGroup("{}");
        }
    }

    /**
     * Takes in a group, whose windows may all be empty.
     *
     * @throws HttpProblem if there are more than {@value #MOST} rows
     */
    void addGroup(String key) {
        byGroup.computeIfAbsent(key, group -> new HashMap<>());
        if ((long) byGroup.size() * ends.size() > MOST) {
            throw HttpProblem.of(
                    Kind.BAD_QUERY,
                    "`alert` has %,d groups by %s of view %s to look at, at the ends of %,d panes each; accepted are %,d together: take dimensions out of `by`, or make `for` shorter"
                            .formatted(byGroup.size(), threshold.by(), view.name(), ends.size(), MOST));
        }
    }

    /** Takes in the groups of an answer without windows. */
    void addGroups(Answer answer) {
        answer.rows().forEach(row -> addGroup(key(answer.columns(), row)));
    }

    /** Takes in the rows of an answer with windows. */
    void addWindows(Answer answer) {
        for (Object[] row : answer.rows()) {
            String key = key(answer.columns(), row);
            addGroup(key);
            Map<String, Object> values = new HashMap<>();
            for (int i = 0; i < row.length; i++) {
                values.put(answer.columns().get(i).name(), row[i]);
            }
            Instant end = (Instant) values.get("window_end");
            byGroup.get(key).put(end, values);
            if (end.equals(lookback.newest())) {
                newest.put(key, AnswerJson.row(answer.columns(), row));
            }
        }
    }

    private String key(List<Column> columns, Object[] row) {
        List<Column> by = new ArrayList<>();
        List<Object> values = new ArrayList<>();
        for (String name : threshold.by()) {
            for (int i = 0; i < row.length; i++) {
                if (columns.get(i).name().equals(name)) {
                    by.add(columns.get(i));
                    values.add(row[i]);
                }
            }
        }
        return keys.computeIfAbsent(values, group -> AnswerJson.row(by, group.toArray()));
    }

    /**
     * The group that an alert was of.
     *
     * @return its key; empty if it was of a threshold by other dimensions
     */
    Optional<String> keyOf(Alert alert) {
        ObjectNode row = alert.fields();
        List<String> by = view.dimensions().stream()
                .map(dimension -> dimension.name())
                .filter(row::has)
                .toList();
        return by.size() == threshold.by().size() && by.containsAll(threshold.by())
                ? Optional.of(ordered(row))
                : Optional.empty();
    }

    private String ordered(ObjectNode row) {
        ObjectNode group = row.objectNode();
        threshold.by().forEach(dimension -> group.set(dimension, row.get(dimension)));
        return group.toString();
    }

    /** The groups' keys. */
    List<String> groups() {
        return byGroup.keySet().stream().sorted().toList();
    }

    /** The measures of a group's rows by their names, one for each window, the oldest first. */
    List<Map<String, Object>> rows(String group) {
        Map<Instant, Map<String, Object>> counted = byGroup.get(group);
        return ends.stream()
                .map(end -> Optional.ofNullable(counted.get(end)).orElseGet(this::nothing))
                .toList();
    }

    private Map<String, Object> nothing() {
        Map<String, Object> values = new HashMap<>();
        view.measures().forEach(measure -> values.put(measure.name(), nothing(measure.aggregate())));
        return values;
    }

    /** A group's row in the newest window, as an answer has it. */
    String newest(String group) {
        return Optional.ofNullable(newest.get(group)).orElseGet(() -> empty(group));
    }

    private String empty(String group) {
        Map<String, Object> values = nothing();
        List<Column> columns = view.measures().stream()
                .map(measure -> new Column(measure.name(), measure.aggregate().result(), Column.Role.MEASURE))
                .toList();
        Object[] measures =
                columns.stream().map(column -> values.get(column.name())).toArray();
        ObjectNode row = Alert.fields("{}");
        row.put("window_start", lookback.start(lookback.newest()).toString());
        row.put("window_end", lookback.newest().toString());
        row.setAll(Alert.fields(group));
        row.setAll(Alert.fields(AnswerJson.row(columns, measures)));
        row.put("final", false);
        return row.toString();
    }

    /** What a measure of no events is compared as: an average of nothing is not 0. */
    private static Object nothing(Aggregate<?> aggregate) {
        boolean adds = aggregate instanceof Count || aggregate instanceof Sum || aggregate instanceof DistinctCount;
        return adds ? Zero.of(aggregate) : null;
    }
}
