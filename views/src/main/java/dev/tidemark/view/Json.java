package dev.tidemark.view;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;

/**
 * The JSON that our own files are written in: {@code snake_case} names, ISO-8601 times, keys in order. A field that a
 * reader does not know is an error, since ignoring it could change what is counted.
 */
public final class Json {

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .addModule(new Jdk8Module())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private Json() {}

    /** The value as JSON. */
    public static String write(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot be written as JSON: " + value, e);
        }
    }

    /** The value, which JSON has as an object, with further members. */
    public static String write(Object value, Map<String, ?> members) {
        ObjectNode object = MAPPER.valueToTree(value);
        members.forEach((name, member) -> object.set(name, MAPPER.valueToTree(member)));
        return write(object);
    }

    /** What {@code json} holds, as maps, lists, texts and numbers. */
    public static Object tree(String json) {
        return read(json, Object.class, "the text");
    }

    /**
     * One member of the object that {@code json} holds, without reading what follows it; empty if it lacks or is null.
     *
     * @param origin where it stands, for the message
     * @throws IllegalArgumentException if it is none of that type
     */
    public static <T> Optional<T> member(InputStream json, String name, Class<T> type, String origin)
            throws IOException {
        try (JsonParser parser = MAPPER.createParser(json)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean found = parser.currentName().equals(name);
                parser.nextToken();
                if (found) {
                    return Optional.ofNullable(parser.readValueAs(type));
                }
                parser.skipChildren();
            }
            return Optional.empty();
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    origin + " is not what this release writes: " + e.getOriginalMessage(), e);
        }
    }

    /**
     * The value that {@code json} holds.
     *
     * @param origin where it stands, for the message
     * @throws IllegalArgumentException if it holds none of that type
     */
    public static <T> T read(String json, Class<T> type, String origin) {
        try {
            return MAPPER.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    origin + " is not what this release writes: " + e.getOriginalMessage(), e);
        }
    }
}
