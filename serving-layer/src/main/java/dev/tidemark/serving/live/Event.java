package dev.tidemark.serving.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.serving.problem.HttpProblem;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A server-sent event, encoded once for all who get it. Each stands for itself: whoever has the newest one lacks nothing
 * of those before.
 */
public final class Event {

    /** Says that the stream is alive; for clients that cannot see comments. */
    public static final Event HEARTBEAT = of("heartbeat", "{}".getBytes(StandardCharsets.UTF_8));

    private static final ObjectMapper JSON = new ObjectMapper();

    private final byte[] bytes;

    private Event(byte[] bytes) {
        this.bytes = bytes;
    }

    /** An answer, as the JSON of a query's answer. */
    static Event rows(byte[] answer) {
        return of("rows", answer);
    }

    /** A refused answer, as problem details. */
    static Event problem(HttpProblem problem) {
        try {
            return of("problem", JSON.writeValueAsBytes(problem.toJson()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a problem is always JSON", e);
        }
    }

    /** @param json in one line */
    private static Event of(String name, byte[] json) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(json.length + 32);
        bytes.writeBytes(("event: " + name + "\ndata: ").getBytes(StandardCharsets.UTF_8));
        bytes.writeBytes(json);
        bytes.writeBytes("\n\n".getBytes(StandardCharsets.UTF_8));
        return new Event(bytes.toByteArray());
    }

    /** What goes over the wire; not to be changed. */
    public byte[] bytes() {
        return bytes;
    }

    /** Whether it says the same. */
    boolean says(Event other) {
        return other != null && Arrays.equals(bytes, other.bytes);
    }
}
