package dev.tidemark.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tidemark.schema.Deduplication;
import dev.tidemark.schema.Enrichment;
import dev.tidemark.schema.Format;
import dev.tidemark.schema.LateEvents;
import dev.tidemark.schema.Source;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * A source as it stands in files of ours, and as it travels to Spark's tasks; a {@link Source} can do neither, since its
 * schema's logical types cannot.
 *
 * @param schema the Avro schema's JSON
 * @param format the name of the format of its values; null where it is JSON. Where a registry is, is not kept, since its
 *     login would be
 * @param key null where the source has none
 * @param lateEvents null where they are included
 * @param eventId null, like {@code deduplicateWithin}, where every event counts
 * @param enrich null where views see no more than the events' own fields
 */
public record StoredSource(
        String name,
        String topic,
        String schema,
        String format,
        String eventTime,
        String key,
        Duration allowedLateness,
        Instant earliest,
        Duration horizon,
        String lateEvents,
        String eventId,
        Duration deduplicateWithin,
        @JsonInclude(JsonInclude.Include.NON_NULL) List<Enrichment> enrich)
        implements Serializable {

    /** How {@code source} is stored. */
    public static StoredSource of(Source source) {
        return new StoredSource(
                source.name(),
                source.topic(),
                source.schema().toString(),
                source.format().equals(Format.JSON) ? null : source.format().name(),
                source.eventTime(),
                source.key().orElse(null),
                source.allowedLateness(),
                source.earliest(),
                source.horizon(),
                source.lateEvents() == LateEvents.INCLUDE
                        ? null
                        : source.lateEvents().toString(),
                source.deduplication().map(Deduplication::field).orElse(null),
                source.deduplication().map(Deduplication::within).orElse(null),
                source.enrichments().isEmpty() ? null : source.enrichments());
    }

    /** The source that was stored, without its schema registry if it has one. */
    public Source toSource() {
        return new Source(
                name,
                topic,
                new Schema.Parser().parse(schema),
                format == null ? Format.JSON : Format.kept(format),
                eventTime,
                Optional.ofNullable(key),
                allowedLateness,
                earliest,
                horizon,
                lateEvents == null ? LateEvents.INCLUDE : LateEvents.parse(lateEvents),
                Optional.ofNullable(eventId).map(field -> new Deduplication(field, deduplicateWithin)),
                enrich == null ? List.of() : enrich);
    }
}
