package dev.tidemark.view;

import dev.tidemark.schema.Source;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * A source as it stands in files of ours, and as it travels to Spark's tasks; a {@link Source} can do neither, since its
 * schema's logical types cannot.
 *
 * @param schema the Avro schema's JSON
 * @param key null where the source has none
 */
public record StoredSource(
        String name,
        String topic,
        String schema,
        String eventTime,
        String key,
        Duration allowedLateness,
        Instant earliest,
        Duration horizon)
        implements Serializable {

    /** How {@code source} is stored. */
    public static StoredSource of(Source source) {
        return new StoredSource(
                source.name(),
                source.topic(),
                source.schema().toString(),
                source.eventTime(),
                source.key().orElse(null),
                source.allowedLateness(),
                source.earliest(),
                source.horizon());
    }

    /** The source that was stored. */
    public Source toSource() {
        return new Source(
                name,
                topic,
                new Schema.Parser().parse(schema),
                eventTime,
                Optional.ofNullable(key),
                allowedLateness,
                earliest,
                horizon);
    }
}
