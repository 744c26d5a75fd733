package dev.tidemark.deployment.deadletter;

import dev.tidemark.schema.Position;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A dead letter, small enough to be kept and shown.
 *
 * @param timestamp Kafka's timestamp of the record, in milliseconds of the epoch
 * @param message its first {@value #LONGEST_MESSAGE} characters
 * @param key the record's key, if it has one
 * @param value the record's value, if the dead letter has it
 */
public record LetterSample(
        Position position,
        long timestamp,
        String reason,
        String message,
        List<String> views,
        Optional<ShownBytes> key,
        Optional<ShownBytes> value) {

    /** The oldest first, by the records' timestamps. */
    static final Comparator<LetterSample> BY_AGE = Comparator.comparingLong(LetterSample::timestamp)
            .thenComparing(sample -> sample.position().log())
            .thenComparing(sample -> sample.position().partition())
            .thenComparing(sample -> sample.position().offset());

    private static final int LONGEST_MESSAGE = 1_000;

    static LetterSample of(StoredLetter stored) {
        String message = stored.letter().message();
        return new LetterSample(
                stored.position(),
                stored.letter().origin().timestamp(),
                stored.reason(),
                message.length() > LONGEST_MESSAGE ? message.substring(0, LONGEST_MESSAGE) + "…" : message,
                stored.letter().views(),
                Optional.ofNullable(stored.key()).map(ShownBytes::of),
                Optional.ofNullable(stored.value()).map(ShownBytes::of));
    }

    /** As JSON members. */
    Map<String, Object> toJson(boolean redriven) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("log_id", position.log());
        json.put("partition", position.partition());
        json.put("offset", position.offset());
        json.put("timestamp", Instant.ofEpochMilli(timestamp).toString());
        json.put("reason", reason);
        json.put("message", message);
        json.put("views", views);
        key.ifPresent(bytes -> bytes.addTo(json, "key"));
        value.ifPresent(bytes -> bytes.addTo(json, "value"));
        json.put("redriven", redriven);
        return json;
    }
}
