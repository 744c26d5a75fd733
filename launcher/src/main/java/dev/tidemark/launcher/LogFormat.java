package dev.tidemark.launcher;

import dev.tidemark.view.Json;
import java.time.Instant;
import java.util.Map;

/**
 * How every process of a deployment writes its log: for people, or as JSON with the fields of the Elastic Common Schema,
 * one object a line. The environment says which, so that children inherit it.
 */
enum LogFormat {
    text {
        @Override
        String line(String process, String message) {
            return ("%-" + WIDTH + "s %s").formatted("[" + process + "]", message);
        }
    },
    json {
        @Override
        String line(String process, String message) {
            // What a process logs is an object already; what it prints is not.
            return message.startsWith("{\"@timestamp\"")
                    ? message
                    : Json.write(Map.of(
                            "@timestamp", Instant.now().toString(),
                            "ecs.version", ECS,
                            "log.level", "INFO",
                            "message", message,
                            "service.name", process));
        }
    };

    /** The environment variable, and the system property that comes before it; logging configurations read both. */
    static final String VARIABLE = "TIDEMARK_LOG_FORMAT";

    private static final int WIDTH = 10;
    private static final String ECS = "1.2.0";

    /** A line that a process printed or logged. */
    abstract String line(String process, String message);

    /** The format of this process and of those that it starts. */
    static LogFormat current() {
        String name = System.getProperty(VARIABLE, System.getenv(VARIABLE));
        return json.name().equals(name) ? json : text;
    }

    /** Makes it the format of this process and of those that it starts. */
    void makeCurrent() {
        System.setProperty(VARIABLE, name());
    }
}
