package dev.tidemark.launcher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.deployment.deadletter.StoredLetter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** A dead letter as a line of JSON: what {@code export} writes and {@code redrive --fix} reads. */
final class LetterLine {

    /** The value as JSON, as text, or in base64. */
    static final String VALUE = "value";

    static final String TEXT = "value_text";
    static final String BASE64 = "value_base64";
    static final List<String> VALUES = List.of(VALUE, TEXT, BASE64);

    /** All fields that a line may have. */
    static final List<String> FIELDS = List.of(
            "log_id",
            "partition",
            "offset",
            "timestamp",
            "reason",
            "message",
            "views",
            "key",
            "key_base64",
            VALUE,
            TEXT,
            BASE64);

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            // Numbers go as they came.
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private LetterLine() {}

    /** The line of a dead letter, without a line feed. */
    static String of(StoredLetter stored) {
        ObjectNode line = JSON.createObjectNode();
        line.put("log_id", stored.position().log());
        line.put("partition", stored.position().partition());
        line.put("offset", stored.position().offset());
        line.put(
                "timestamp",
                Instant.ofEpochMilli(stored.letter().origin().timestamp()).toString());
        line.put("reason", stored.reason());
        line.put("message", stored.letter().message());
        stored.letter().views().forEach(line.withArray("views")::add);
        if (stored.key() != null) {
            text(stored.key())
                    .ifPresentOrElse(text -> line.put("key", text), () -> line.put("key_base64", stored.key()));
        }
        if (stored.value() != null) {
            putValue(line, stored.value());
        }
        return line.toString();
    }

    private static void putValue(ObjectNode line, byte[] value) {
        Optional<String> text = text(value);
        Optional<JsonNode> object = text.isPresent() ? object(value) : Optional.empty();
        if (object.isPresent()) {
            line.set(VALUE, object.get());
        } else if (text.isPresent()) {
            line.put(TEXT, text.get());
        } else {
            line.put(BASE64, Base64.getEncoder().encodeToString(value));
        }
    }

    private static Optional<String> text(byte[] bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static Optional<JsonNode> object(byte[] bytes) {
        try {
            return Optional.of(JSON.readTree(bytes)).filter(JsonNode::isObject);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** @throws IllegalArgumentException if it is no JSON object */
    static ObjectNode read(byte[] line) {
        try {
            if (JSON.readTree(line) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("is no JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new IllegalArgumentException("is no JSON: " + e.getMessage());
        }
        throw new IllegalArgumentException("is no JSON object");
    }

    static byte[] bytes(JsonNode json) {
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }
}
