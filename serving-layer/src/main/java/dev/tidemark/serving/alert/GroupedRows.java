package dev.tidemark.serving.alert;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.deployment.Threshold;
import dev.tidemark.serving.query.Answer;
import dev.tidemark.serving.query.AnswerJson;
import dev.tidemark.serving.query.Column;
import dev.tidemark.serving.query.Zero;
import dev.tidemark.view.Measure;
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

    /**
     * What a group's window holds.
     *
     * @param measures each measure's value
     * @param json the row as an answer has it
     */
    record Row(Map<String, Object> measures, String json) {}

    private final View view;
    private final Threshold threshold;
    private final Lookback lookback;
    private final Map<String, Map<Instant, Row>> byGroup = new HashMap<>();

    GroupedRows(View view, Threshold threshold, Lookback lookback) {
        this.view = view;
        this.threshold = threshold;
        this.lookback = lookback;
        if (threshold.by().isEmpty()) {
            addGroup("{}");
        }
    }

    /** Takes in a group, whose windows may all be empty. */
    void addGroup(String key) {
        byGroup.computeIfAbsent(key, group -> new HashMap<>());
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
            byGroup.get(key)
                    .put((Instant) values.get("window_end"), new Row(values, AnswerJson.row(answer.columns(), row)));
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
        return AnswerJson.row(by, values.toArray());
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

    /** A group's rows, one for each window, the oldest first. */
    List<Row> rows(String group) {
        Map<Instant, Row> counted = byGroup.get(group);
        return lookback.ends().stream()
                .map(end -> Optional.ofNullable(counted.get(end)).orElseGet(() -> empty(group, end)))
                .toList();
    }

    private Row empty(String group, Instant end) {
        Map<String, Object> values = new HashMap<>();
        List<Column> columns = new ArrayList<>();
        for (Measure measure : view.measures()) {
            values.put(measure.name(), nothing(measure.aggregate()));
            columns.add(new Column(measure.name(), measure.aggregate().result(), Column.Role.MEASURE));
        }
        Object[] measures =
                columns.stream().map(column -> values.get(column.name())).toArray();
        ObjectNode row = Alert.fields("{}");
        row.put("window_start", lookback.start(end).toString());
        row.put("window_end", end.toString());
        row.setAll(Alert.fields(group));
        row.setAll(Alert.fields(AnswerJson.row(columns, measures)));
        row.put("final", false);
        return new Row(values, row.toString());
    }

    /** What a measure of no events is compared as: an average of nothing is not 0. */
    private static Object nothing(Aggregate<?> aggregate) {
        boolean adds = aggregate instanceof Count || aggregate instanceof Sum || aggregate instanceof DistinctCount;
        return adds ? Zero.of(aggregate) : null;
    }
}
