package dev.tidemark.compile;

import dev.tidemark.schema.Source;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.avro.Schema;

/** A source on its way to Spark's tasks; a source itself cannot travel, since its schema's logical types do not. */
record SourceHandle(
        String name,
        String topic,
        String schema,
        String eventTime,
        String key,
        Duration allowedLateness,
        Instant earliest,
        Duration horizon)
        implements Serializable {

    static SourceHandle of(Source source) {
        return new SourceHandle(
                source.name(),
                source.topic(),
                source.schema().toString(),
                source.eventTime(),
                source.key().orElse(null),
                source.allowedLateness(),
                source.earliest(),
                source.horizon());
    }

    Source source() {
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
