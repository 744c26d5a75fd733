package dev.tidemark.serving.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.view.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The fields of a request's JSON object; whatever is not as it should be is a problem that names the field. */
record RequestFields(String prefix, ObjectNode json) {

    /** A query's fields. */
    static RequestFields of(JsonNode json) {
        if (!(json instanceof ObjectNode object)) {
            throw wrong("body", json.getNodeType(), "a JSON object", "the query is no JSON object");
        }
        object.fieldNames().forEachRemaining(Names::require);
        return new RequestFields("", object);
    }

    static HttpProblem wrong(String field, Object found, Object accepted, String detail) {
        return HttpProblem.field(field, found.toString(), accepted, detail + "; accepted is " + accepted);
    }

    void requireOnly(List<String> names) {
        json.fieldNames().forEachRemaining(name -> {
            if (!names.contains(name)) {
                throw Names.unknown(name(name), name, "there is no field '" + name + "' in " + prefix, names);
            }
        });
    }

    /** A text, number or truth value, as text. */
    Optional<String> text(String field) {
        JsonNode node = json.get(field);
        return node == null || node.isNull() ? Optional.empty() : Optional.of(scalar(field, node));
    }

    String required(String field) {
        return text(field).orElseThrow(() -> wrong(name(field), "nothing", "a name", name(field) + " is missing"));
    }

    /** A list of texts; a single one counts as a list of one. */
    List<String> texts(String field) {
        List<String> texts = new ArrayList<>();
        elements(field).forEach(element -> texts.add(scalar(field, element)));
        return texts;
    }

    /** A list of objects. */
    List<ObjectNode> objects(String field, String... example) {
        List<ObjectNode> objects = new ArrayList<>();
        for (JsonNode element : elements(field)) {
            if (!(element instanceof ObjectNode object)) {
                throw wrong(
                        name(field),
                        element,
                        "a list of objects with " + String.join(", ", example),
                        name(field) + " holds " + element);
            }
            objects.add(object);
        }
        return objects;
    }

    private Iterable<JsonNode> elements(String field) {
        JsonNode node = json.get(field);
        if (node == null || node.isNull()) {
            return List.of();
        }
        return node.isArray() ? node : List.of(node);
    }

    private String scalar(String field, JsonNode node) {
        if (!node.isValueNode() || node.isNull()) {
            throw wrong(name(field), node, "a text or a number", name(field) + " holds " + node);
        }
        return node.asText();
    }

    boolean has(String field) {
        return json.hasNonNull(field);
    }

    Optional<Integer> positive(String field) {
        return number(field, Integer.MAX_VALUE).map(Long::intValue);
    }

    /** A whole number from 1 on, such as that of a publication. */
    Optional<Long> number(String field) {
        return number(field, Long.MAX_VALUE);
    }

    private Optional<Long> number(String field, long most) {
        return text(field).map(text -> {
            try {
                long number = Long.parseLong(text.trim());
                if (number > 0 && number <= most) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // falls through to the same answer as zero does
            }
            throw wrong(name(field), text, "a whole number from 1 on", name(field) + " is '" + text + "'");
        });
    }

    Optional<Duration> duration(String field) {
        return text(field).map(text -> duration(name(field), text));
    }

    static Duration duration(String field, String text) {
        try {
            return Durations.parse(text);
        } catch (IllegalArgumentException e) {
            throw HttpProblem.field(field, text, "500ms, 30s, 10m, 1h, 1d, 1w", field + ": " + e.getMessage());
        }
    }

    /** One of some words; the first where the field is absent. */
    String oneOf(String field, String... words) {
        String found = text(field).orElse(words[0]);
        if (!List.of(words).contains(found)) {
            throw wrong(name(field), found, List.of(words), name(field) + " is '" + found + "'");
        }
        return found;
    }

    /** Exclusive ends by topic and partition. */
    Map<String, Map<Integer, Long>> offsets(String field) {
        JsonNode topics = json.get(field);
        Map<String, Map<Integer, Long>> offsets = new TreeMap<>();
        if (topics != null && !topics.isNull()) {
            requireObject(field, topics, topics);
            topics.properties().forEach(topic -> offsets.put(topic.getKey(), ends(field, topics, topic.getValue())));
        }
        return offsets;
    }

    private Map<Integer, Long> ends(String field, JsonNode whole, JsonNode partitions) {
        requireObject(field, whole, partitions);
        Map<Integer, Long> ends = new TreeMap<>();
        partitions.properties().forEach(end -> {
            if (!end.getKey().matches("\\d{1,9}")
                    || !end.getValue().canConvertToLong()
                    || !end.getValue().isIntegralNumber()) {
                throw notOffsets(field, whole);
            }
            ends.put(Integer.valueOf(end.getKey()), end.getValue().asLong());
        });
        return ends;
    }

    private void requireObject(String field, JsonNode whole, JsonNode part) {
        if (!part.isObject()) {
            throw notOffsets(field, whole);
        }
    }

    private HttpProblem notOffsets(String field, JsonNode found) {
        return wrong(
                name(field),
                found,
                "{\"topic\":{\"0\":1451}}, the exclusive end by topic and partition",
                name(field) + " is " + found);
    }

    private String name(String field) {
        return prefix.isEmpty() ? field : prefix + "." + field;
    }
}
