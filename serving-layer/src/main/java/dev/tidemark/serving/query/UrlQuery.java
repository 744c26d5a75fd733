package dev.tidemark.serving.query;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.serving.problem.HttpProblem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A query in an address, written as the JSON that {@code POST /v1/query} takes: there is one grammar. */
public final class UrlQuery {

    private static final Pattern FILTER = Pattern.compile("filter\\[(.*)]");
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private UrlQuery() {}

    /**
     * The query in an address.
     *
     * @param parameters what follows the address's question mark, as it was sent; null for nothing
     * @throws HttpProblem if a parameter is unknown or malformed
     */
    public static QueryRequest parse(String view, String parameters) {
        return parse(view, QueryString.parse(parameters));
    }

    /** The query of these parameters. */
    static QueryRequest parse(String view, Map<String, List<String>> parameters) {
        ObjectNode query = NODES.objectNode().put("view", view);
        Map<String, ArrayNode> filters = new LinkedHashMap<>();
        parameters.forEach((name, values) -> {
            Matcher filter = FILTER.matcher(name);
            if (filter.matches()) {
                ArrayNode accepted = filters.computeIfAbsent(filter.group(1), dimension -> NODES.arrayNode());
                values.forEach(accepted::add);
            } else {
                query.set(name, value(name, values));
            }
        });
        filters.forEach((dimension, values) -> query.withArray("filter")
                .addObject()
                .put("dimension", dimension)
                .put("op", "in")
                .set("values", values));
        return QueryRequest.parse(query);
    }

    private static JsonNode value(String name, List<String> values) {
        Names.require(name);
        if (name.equals("filter") || name.equals("view")) {
            throw RequestFields.wrong(name, name, "filter[DIMENSION]=VALUE", name + " is given in an address");
        }
        return switch (name) {
            case "by", "measures" -> list(values);
            case "order" -> order(values);
            case "at_least" -> json(name, single(name, values));
            default -> NODES.textNode(single(name, values));
        };
    }

    static String single(String name, List<String> values) {
        if (values.size() > 1) {
            throw RequestFields.wrong(name, values, "one value", name + " is given " + values.size() + " times");
        }
        return values.get(0);
    }

    /** The value of a parameter that may be given once. */
    static Optional<String> single(Map<String, List<String>> given, String name) {
        return Optional.ofNullable(given.get(name)).map(values -> single(name, values));
    }

    /** The same where only some values are accepted. */
    static Optional<String> oneOf(Map<String, List<String>> given, String name, List<String> accepted) {
        Optional<String> found = single(given, name);
        found.filter(value -> !accepted.contains(value)).ifPresent(value -> {
            throw Names.unknown(name, value, "there is no %s '%s'".formatted(name, value), accepted);
        });
        return found;
    }

    /** The parameter {@code limit}, a whole number. */
    static Optional<Integer> limit(Map<String, List<String>> given, int least, int most) {
        return number(given, "limit", least, most);
    }

    /** A parameter that is a whole number. */
    static Optional<Integer> number(Map<String, List<String>> given, String name, int least, int most) {
        Optional<String> number = single(given, name);
        number.filter(text ->
                        !text.matches("\\d{1,6}") || Integer.parseInt(text) < least || Integer.parseInt(text) > most)
                .ifPresent(text -> {
                    throw RequestFields.wrong(
                            name,
                            text,
                            "a whole number from %d to %d".formatted(least, most),
                            name + " is '" + text + "'");
                });
        return number.map(Integer::parseInt);
    }

    private static ArrayNode list(List<String> values) {
        ArrayNode list = NODES.arrayNode();
        for (String value : values) {
            for (String element : value.split(",")) {
                if (!element.isBlank()) {
                    list.add(element.trim());
                }
            }
        }
        return list;
    }

    private static ArrayNode order(List<String> values) {
        ArrayNode order = NODES.arrayNode();
        list(values).forEach(element -> {
            String by = element.asText();
            boolean descending = by.startsWith("-");
            order.addObject().put("by", descending ? by.substring(1) : by).put("descending", descending);
        });
        return order;
    }

    private static JsonNode json(String name, String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw HttpProblem.field(
                    name,
                    text,
                    "{\"topic\":{\"0\":1451}}",
                    name + " is no JSON: " + e.getOriginalMessage() + "; accepted is {\"topic\":{\"0\":1451}}");
        }
    }
}
