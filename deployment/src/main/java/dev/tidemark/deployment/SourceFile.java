package dev.tidemark.deployment;

import dev.tidemark.schema.AcceptedTypes;
import dev.tidemark.schema.Deduplication;
import dev.tidemark.schema.Enrichment;
import dev.tidemark.schema.Field;
import dev.tidemark.schema.Format;
import dev.tidemark.schema.LateEvents;
import dev.tidemark.schema.SchemaProblem;
import dev.tidemark.schema.SchemaRegistry;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Durations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;

/** Reads {@code sources/<source>.yaml}. */
final class SourceFile {

    private final YamlSection yaml;
    private final Optional<SchemaRegistry> registry;
    private final Map<String, Path> schemaFiles;
    private final Function<Schema, EnrichFields> enrichFields;

    private SourceFile(
            YamlSection yaml,
            Optional<SchemaRegistry> registry,
            Map<String, Path> schemaFiles,
            Function<Schema, EnrichFields> enrichFields) {
        this.yaml = yaml;
        this.enrichFields = enrichFields;
        this.registry = registry;
        this.schemaFiles = schemaFiles;
    }

    /**
     * The source that the file states, unless a problem was recorded.
     *
     * @param declared takes the source's name even then, so that its views are not told that it is not there; with it
     *     what their expressions can be looked at with, if that is right
     * @param registry the deployment's schema registry
     * @param schemaFiles takes the file of the source's schema
     * @param enrichFields how to read what events of a schema take from reference tables
     */
    static Optional<Source> read(
            YamlSection yaml,
            Map<String, Optional<Declared>> declared,
            Optional<SchemaRegistry> registry,
            Map<String, Path> schemaFiles,
            Function<Schema, EnrichFields> enrichFields) {
        return new SourceFile(yaml, registry, schemaFiles, enrichFields).read(declared);
    }

    /** What expressions over a source's events see: their schema, and what they take from reference tables. */
    record Declared(Schema schema, List<Enrichment> enrichments) {

        List<Field> enriched() {
            return enrichments.stream()
                    .flatMap(taken -> taken.columns().stream())
                    .toList();
        }
    }

    private Optional<Source> read(Map<String, Optional<Declared>> declared) {
        Optional<String> named = yaml.requiredText("name", "orders");
        Optional<String> name = named.flatMap(text -> Names.check(yaml, "name", text));
        String topic = yaml.text("topic").or(() -> name).orElse("");
        Optional<Schema> schema =
                yaml.requiredText("schema", "../schemas/orders.avsc").flatMap(this::schema);
        Optional<List<Enrichment>> enrichments =
                schema.flatMap(found -> enrichFields.apply(found).read(yaml));
        Optional<Declared> accepted = schema.filter(
                        found -> AcceptedTypes.problemsOf(found).isEmpty())
                .flatMap(found -> enrichments.map(taken -> new Declared(found, taken)));
        named.ifPresent(text -> declared.putIfAbsent(text, accepted));
        Optional<String> eventTime = yaml.requiredText("event_time", "ordered_at")
                .flatMap(field -> schema.flatMap(found -> field("event_time", found, field)));
        Optional<String> eventId = yaml.text("event_id");
        eventId.ifPresent(field -> schema.ifPresent(found -> field("event_id", found, field)));
        Optional<String> key = yaml.text("key").or(() -> eventId);
        key.ifPresent(field -> schema.ifPresent(found -> field("key", found, field)));
        Format format = format();
        LateEvents late = yaml.value("late_events", LateEvents::parse).orElse(LateEvents.INCLUDE);
        Optional<Deduplication> deduplication = deduplication(eventId, schema);
        Duration lateness = duration("allowed_lateness", Source.DEFAULT_ALLOWED_LATENESS);
        Duration horizon = duration("horizon", Source.DEFAULT_HORIZON);
        Instant earliest = yaml.value("earliest", SourceFile::instant).orElse(Source.DEFAULT_EARLIEST);
        yaml.section("enrich");
        yaml.refuseUnknown();
        if (eventTime.isEmpty()) {
            return Optional.empty();
        }
        String known = named.orElse("this source");
        return source(new Draft(
                        known,
                        topic,
                        schema.get(),
                        format,
                        eventTime.get(),
                        key,
                        lateness,
                        earliest,
                        horizon,
                        late,
                        deduplication))
                .filter(source -> name.isPresent() && accepted.isPresent())
                .map(source -> source.enrichedBy(enrichments.get()));
    }

    private record Draft(
            String name,
            String topic,
            Schema schema,
            Format format,
            String eventTime,
            Optional<String> key,
            Duration lateness,
            Instant earliest,
            Duration horizon,
            LateEvents late,
            Optional<Deduplication> deduplication) {}

    private Optional<Source> source(Draft draft) {
        try {
            return Optional.of(new Source(
                    draft.name(),
                    draft.topic(),
                    draft.schema(),
                    draft.format(),
                    draft.eventTime(),
                    draft.key(),
                    draft.lateness(),
                    draft.earliest(),
                    draft.horizon(),
                    draft.late(),
                    draft.deduplication()));
        } catch (IllegalArgumentException e) {
            yaml.problem("event_time", e.getMessage());
            return Optional.empty();
        }
    }

    private Format format() {
        String name = yaml.text("format").orElse("json");
        if (!name.equals("json") && !name.equals("avro")) {
            yaml.problem("format", "'" + name + "' is no format; accepted are json and avro");
        }
        if (!name.equals("avro")) {
            return Format.JSON;
        }
        return registry.isPresent() ? new Format.ConfluentAvro(registry) : Format.AVRO;
    }

    /** A record schema, which may hold what events cannot have; that was recorded then. */
    private Optional<Schema> schema(String relative) {
        Path file = yaml.file().resolveSibling(relative).normalize();
        yaml.text("name").ifPresent(name -> schemaFiles.put(name, file));
        try {
            String json = Files.readString(file);
            Schema schema = new Schema.Parser().parse(json);
            if (schema.getType() == Schema.Type.RECORD) {
                AcceptedTypes.problemsOf(schema).forEach(problem -> problem(file, SchemaLines.of(json), problem));
                return Optional.of(schema);
            }
            yaml.problem("schema", file + " is an Avro " + schema.getType() + "; a record is expected");
        } catch (IOException e) {
            yaml.problem("schema", file + " cannot be read: " + e);
        } catch (AvroRuntimeException e) {
            yaml.problem("schema", file + " is no Avro schema: " + e.getMessage());
        } catch (NullPointerException e) {
            // What Avro's parser throws where a type is named that is not there.
            yaml.problem(
                    "schema",
                    file + " is no Avro schema: it names a type that it does not define; accepted are"
                            + " null, boolean, int, long, float, double, bytes, string and the types defined before");
        }
        return Optional.empty();
    }

    /** Records a problem at the field's line in the schema's file, or else where the file is named. */
    private void problem(Path file, SchemaLines lines, SchemaProblem problem) {
        OptionalInt line = lines.lineOf(problem.path());
        if (line.isPresent()) {
            yaml.problem(new Problem(file, line.getAsInt(), problem.path(), problem.message()));
        } else {
            yaml.problem("schema", file + ": " + problem);
        }
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

    private Optional<Deduplication> deduplication(Optional<String> eventId, Optional<Schema> schema) {
        Optional<Duration> within = yaml.value("deduplicate_within", SourceFile::positive);
        if (within.isPresent() && eventId.isEmpty()) {
            yaml.problem("deduplicate_within", "needs `event_id`, the field whose values count once");
        }
        Optional<Schema> type =
                eventId.flatMap(id -> schema.map(found -> found.getField(id)).map(field -> field.schema()));
        if (within.isPresent() && type.filter(found -> !isId(found)).isPresent()) {
            yaml.problem(
                    "event_id",
                    "is of type " + type.get() + "; accepted are strings, integers, bytes, fixed and enums");
            return Optional.empty();
        }
        return eventId.flatMap(id -> within.map(duration -> new Deduplication(id, duration)));
    }

    private static boolean isId(Schema type) {
        return switch (type.getType()) {
            case STRING, INT, LONG, BYTES, FIXED, ENUM, NULL -> true;
            case UNION -> type.getTypes().stream().allMatch(SourceFile::isId);
            default -> false;
        };
    }

    private static Duration positive(String text) {
        Duration duration = Durations.parse(text);
        if (duration.isZero()) {
            throw new IllegalArgumentException("is 0; a duration above it is expected, such as 10m");
        }
        return duration;
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
