package dev.tidemark.launcher;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.tidemark.schema.Source;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/**
 * What {@code produce} needs to know of a line. The line itself goes to the topic as it is; whether it is a good event
 * is for the layers to judge.
 *
 * @param key the value of the source's key field as text; empty if the line is no JSON object or the field no scalar
 * @param eventTime the event time; empty if it cannot be read
 */
record LineFields(Optional<String> key, Optional<Instant> eventTime) {

    private static final JsonFactory JSON = new JsonFactory();
    private static final LineFields NONE = new LineFields(Optional.empty(), Optional.empty());

    /** What a line of {@code source} holds. */
    static LineFields of(byte[] line, Source source) {
        try (JsonParser json = JSON.createParser(line)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return NONE;
            }
            LineFields found = read(json, source);
            return json.nextToken() == null ? found : NONE;
        } catch (IOException e) {
            return NONE;
        }
    }

    private static LineFields read(JsonParser json, Source source) throws IOException {
        Optional<String> key = Optional.empty();
        Optional<Instant> eventTime = Optional.empty();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            json.nextToken();
            if (name.equals(source.eventTime())) {
                eventTime = instant(json);
            }
            if (source.key().filter(name::equals).isPresent()) {
                key = text(json);
            }
            json.skipChildren();
        }
        return new LineFields(key, eventTime);
    }

    private static Optional<String> text(JsonParser json) throws IOException {
        boolean scalar = json.currentToken().isScalarValue() && json.currentToken() != JsonToken.VALUE_NULL;
        return scalar ? Optional.of(json.getText()) : Optional.empty();
    }

    private static Optional<Instant> instant(JsonParser json) throws IOException {
        try {
            return switch (json.currentToken()) {
                case VALUE_NUMBER_INT -> Optional.of(Instant.ofEpochMilli(json.getLongValue()));
                case VALUE_STRING ->
                    Optional.of(OffsetDateTime.parse(json.getText()).toInstant());
                default -> Optional.empty();
            };
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /**
     * The timestamp of a record that was written when its event happened, in milliseconds: the event time, or
     * {@code now} where there is none, or one that no record can have had: before 1970, or after now.
     */
    long historicalTimestamp(long now) {
        return eventTime
                .filter(time -> time.compareTo(Instant.EPOCH) >= 0 && time.compareTo(Instant.ofEpochMilli(now)) < 0)
                .map(Instant::toEpochMilli)
                .orElse(now);
    }
}
