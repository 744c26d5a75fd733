package dev.tidemark.deployment;

import dev.tidemark.schema.Judge;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Durations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;

/** Reads {@code sources/<source>.yaml}. */
final class SourceFile {

    private final YamlSection yaml;

    private SourceFile(YamlSection yaml) {
        this.yaml = yaml;
    }

    /**
     * The source that the file states, unless a problem was recorded.
     *
     * @param declared takes the source's name even then, so that its views are not told that it is not there
     */
    static Optional<Source> read(YamlSection yaml, Set<String> declared) {
        yaml.text("name").ifPresent(declared::add);
        return new SourceFile(yaml).read();
    }

    private Optional<Source> read() {
        Optional<String> name = yaml.requiredText("name", "orders").flatMap(text -> Names.check(yaml, "name", text));
        String topic = yaml.text("topic").or(() -> name).orElse("");
        Optional<Schema> schema =
                yaml.requiredText("schema", "../schemas/orders.avsc").flatMap(this::schema);
        Optional<String> eventTime = yaml.requiredText("event_time", "ordered_at")
                .flatMap(field -> schema.flatMap(found -> field("event_time", found, field)));
        Optional<String> eventId = yaml.text("event_id");
        eventId.ifPresent(field -> schema.ifPresent(found -> field("event_id", found, field)));
        Optional<String> key = yaml.text("key").or(() -> eventId);
        key.ifPresent(field -> schema.ifPresent(found -> field("key", found, field)));
        only("format", "json");
        only("late_events", "include");
        yaml.notYet("deduplicate_within", "leave it out: every record counts");
        Duration lateness = duration("allowed_lateness", Source.DEFAULT_ALLOWED_LATENESS);
        Duration horizon = duration("horizon", Source.DEFAULT_HORIZON);
        Instant earliest = yaml.value("earliest", SourceFile::instant).orElse(Source.DEFAULT_EARLIEST);
        yaml.refuseUnknown();
        if (name.isEmpty() || eventTime.isEmpty()) {
            return Optional.empty();
        }
        return source(new Draft(name.get(), topic, schema.get(), eventTime.get(), key, lateness, earliest, horizon));
    }

    private record Draft(
            String name,
            String topic,
            Schema schema,
            String eventTime,
            Optional<String> key,
            Duration lateness,
            Instant earliest,
            Duration horizon) {}

    private Optional<Source> source(Draft draft) {
        Source source;
        try {
            source = new Source(
                    draft.name(),
                    draft.topic(),
                    draft.schema(),
                    draft.eventTime(),
                    draft.key(),
                    draft.lateness(),
                    draft.earliest(),
                    draft.horizon());
        } catch (IllegalArgumentException e) {
            yaml.problem("event_time", e.getMessage());
            return Optional.empty();
        }
        try {
            new Judge(source);
            return Optional.of(source);
        } catch (IllegalArgumentException | AvroRuntimeException e) {
            yaml.problem("schema", e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<Schema> schema(String relative) {
        Path file = yaml.file().resolveSibling(relative).normalize();
        try {
            Schema schema = new Schema.Parser().parse(Files.readString(file));
            if (schema.getType() == Schema.Type.RECORD) {
                return Optional.of(schema);
            }
            yaml.problem("schema", file + " is an Avro " + schema.getType() + "; a record is expected");
        } catch (IOException e) {
            yaml.problem("schema", file + " cannot be read: " + e);
        } catch (AvroRuntimeException e) {
            yaml.problem("schema", file + " is no Avro schema: " + e.getMessage());
        }
        return Optional.empty();
    }

    private Optional<String> field(String name, Schema schema, String field) {
        if (schema.getField(field) != null) {
            return Optional.of(field);
        }
        yaml.problem(
                name,
                "'" + field + "' is no field of the schema; its fields are "
                        + schema.getFields().stream().map(Schema.Field::name).toList());
        return Optional.empty();
    }

    private void only(String name, String accepted) {
        yaml.text(name)
                .filter(value -> !value.equals(accepted))
                .ifPresent(value -> yaml.problem(
                        name, "'" + value + "' is not available in this release; accepted is '" + accepted + "'"));
    }

    private Duration duration(String name, Duration otherwise) {
        return yaml.value(name, Durations::parse).orElse(otherwise);
    }

    private static Instant instant(String text) {
        return text.length() == "2000-01-01".length()
                ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                : Instant.parse(text);
    }
}
