package dev.tidemark.serving.alert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * One record of an alert topic: what has become of an alert. Several records of one alert have the same id.
 *
 * @param id the alert, the same whenever and by whomever it is found: the record's key
 * @param view the view that it is of
 * @param state what it has become
 * @param at when that was found, to the millisecond
 * @param publication the publication of the answer that it was found in; 0 before the first
 * @param definition the definition set that the answer was computed under; of a match, how its view alone is stated
 * @param row the answer's row, a JSON object as a query gives it
 */
public record Alert(String id, String view, State state, Instant at, long publication, String definition, String row) {

    /**
     * The partition of an alert topic that alerts are written to and read from, however many it has: in one they have one
     * order.
     */
    public static final int PARTITION = 0;

    /** What a header of HTTP may hold. */
    private static final Pattern ID = Pattern.compile("[\\x21-\\x7e]{1,1000}");

    private static final ObjectMapper JSON = JsonMapper.builder().build();

    public Alert {
        at = at.truncatedTo(ChronoUnit.MILLIS);
    }

    /** What an alert becomes. */
    public enum State {
        /** A match has come to be. */
        ADDED,
        /** It is no match any more. */
        RETRACTED,
        /** Batch has counted all its events, and says that it is one. */
        CONFIRMED,
        /** A condition has held for long enough. */
        FIRING,
        /** It holds no more. */
        RESOLVED;

        /** Whether it says that something is so, and not that it is no more. */
        public boolean stands() {
            return this != RETRACTED && this != RESOLVED;
        }

        /** The state of that name; empty if there is none. */
        static Optional<State> named(String name) {
            for (State state : values()) {
                if (state.toString().equals(name)) {
                    return Optional.of(state);
                }
            }
            return Optional.empty();
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The same alert in another state. */
    public Alert become(State next, Instant when, long nextPublication, String nextDefinition, String nextRow) {
        return new Alert(id, view, next, when, nextPublication, nextDefinition, nextRow);
    }

    /** The row's fields. */
    public ObjectNode fields() {
        return fields(row);
    }

    /** The fields of a row's JSON. */
    static ObjectNode fields(String row) {
        try {
            return (ObjectNode) JSON.readTree(row);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a row is always a JSON object", e);
        }
    }

    /** The record that says so. */
    ProducerRecord<byte[], byte[]> record(String topic, String deployment) {
        return new ProducerRecord<>(
                topic, PARTITION, utf8(id), utf8(json(deployment).toString()));
    }

    /** Its JSON, as it stands on the topic. */
    public ObjectNode json(String deployment) {
        ObjectNode json = JSON.createObjectNode();
        json.put("id", id)
                .put("deployment", deployment)
                .put("view", view)
                .put("state", state.toString())
                .put("at", at.toString())
                .put("publication", publication)
                .put("definition", definition)
                .set("row", fields());
        return json;
    }

    /** The alert that a record holds; empty if it holds none, or one of another deployment, whose views are others. */
    public static Optional<Alert> of(ConsumerRecord<byte[], byte[]> record, String deployment) {
        try {
            return record.value() == null ? Optional.empty() : of(JSON.readTree(record.value()), deployment);
        } catch (IOException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Optional<Alert> of(JsonNode json, String deployment) {
        return State.named(json.path("state").asText())
                .filter(state -> json.path("deployment").asText().equals(deployment))
                .filter(state -> ID.matcher(json.path("id").asText()).matches())
                .filter(state -> json.path("row").isObject())
                .map(state -> new Alert(
                        json.path("id").asText(),
                        json.path("view").asText(),
                        state,
                        Instant.parse(json.path("at").asText()),
                        json.path("publication").asLong(),
                        json.path("definition").asText(),
                        json.path("row").toString()));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
