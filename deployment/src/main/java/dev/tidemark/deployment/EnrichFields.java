package dev.tidemark.deployment;

import dev.tidemark.schema.Enrichment;
import dev.tidemark.schema.Field;
import dev.tidemark.schema.ValueType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;

/** Reads what a source's file takes from reference tables: its field {@code enrich}. */
final class EnrichFields {

    private final Schema schema;
    private final Map<String, Optional<ReferenceTable>> declared;
    private final Warehouse warehouse;

    /** Who has a name that the views of the source see, by the name in lower case. */
    private final Map<String, String> taken = new LinkedHashMap<>();

    private boolean isRight = true;

    /**
     * @param schema that of the source's events
     * @param declared the deployment's reference tables; empty where one is wrong
     * @param warehouse where they are loaded
     */
    EnrichFields(Schema schema, Map<String, Optional<ReferenceTable>> declared, Warehouse warehouse) {
        this.schema = schema;
        this.declared = declared;
        this.warehouse = warehouse;
        schema.getFields().forEach(field -> taken.put(field.name().toLowerCase(Locale.ROOT), "a field of the schema"));
    }

    /** What the file states; empty if a problem was recorded, with a reference table's own file too. */
    Optional<List<Enrichment>> read(YamlSection yaml) {
        List<Enrichment> enrichments = new ArrayList<>();
        yaml.section("enrich").ifPresent(section -> section.names().forEach(name -> {
            Optional<ReferenceTable> table = table(section, name);
            Optional<YamlSection> stated = section.section(name);
            if (table.isPresent() && stated.isPresent()) {
                enrichments.add(read(stated.get(), table.get()));
            } else {
                isRight = false;
            }
        }));
        return isRight ? Optional.of(enrichments) : Optional.empty();
    }

    private Optional<ReferenceTable> table(YamlSection section, String name) {
        if (!declared.containsKey(name)) {
            section.problem(
                    name,
                    "there is no reference '%s'%s; one is stated in a file such as references/%s.yaml"
                            .formatted(name, declared.isEmpty() ? "" : "; there are " + declared.keySet(), name));
        }
        return declared.getOrDefault(name, Optional.empty());
    }

    private Enrichment read(YamlSection yaml, ReferenceTable table) {
        Optional<String> key = yaml.requiredText("key", table.key());
        key.ifPresent(field -> requireKey(yaml, table, field));
        List<String> names = yaml.texts("columns");
        if (names.isEmpty()) {
            problem(
                    yaml,
                    "columns",
                    "is missing; for example `columns: " + table.columns().keySet() + "`");
        }
        List<Field> columns = new ArrayList<>();
        for (String name : names) {
            Optional.ofNullable(table.columns().get(name))
                    .ifPresentOrElse(
                            type -> columns.add(new Field(name, type)),
                            () -> problem(
                                    yaml,
                                    "columns",
                                    "'%s' is no column of reference %s; its columns are %s"
                                            .formatted(
                                                    name,
                                                    table.name(),
                                                    table.columns().keySet())));
            requireFree(yaml, table, name);
        }
        yaml.refuseUnknown();
        isRight &= key.isPresent();
        Optional<LoadedReference> loaded = warehouse.loadedReference(table);
        return new Enrichment(
                table.name(),
                loaded.map(LoadedReference::version).orElse(Enrichment.NOT_LOADED),
                loaded.map(found -> found.load().content()).orElse(""),
                key.orElse(""),
                columns);
    }

    private void requireKey(YamlSection yaml, ReferenceTable table, String field) {
        Schema.Field found = schema.getField(field);
        if (found == null) {
            problem(
                    yaml,
                    "key",
                    "'" + field + "' is no field of the schema; its fields are "
                            + schema.getFields().stream()
                                    .map(Schema.Field::name)
                                    .toList());
            return;
        }
        Optional<ValueType> type = keyType(found.schema());
        if (type.isEmpty()) {
            problem(
                    yaml,
                    "key",
                    "'" + field + "' is of type " + found.schema() + "; accepted are strings, enums and" + " integers");
        } else if (!type.get().equals(table.keyType())) {
            problem(
                    yaml,
                    "key",
                    "'%s' is a %s, but the key of reference %s is a %s: give %s that type in its `columns`"
                            .formatted(field, type.get(), table.name(), table.keyType(), table.key()));
        }
    }

    private static Optional<ValueType> keyType(Schema schema) {
        return switch (schema.getType()) {
            case STRING, ENUM -> Optional.of(ValueType.STRING);
            case INT, LONG -> schema.getLogicalType() == null ? Optional.of(ValueType.BIGINT) : Optional.empty();
            case UNION ->
                schema.getTypes().stream()
                        .filter(type -> type.getType() != Schema.Type.NULL)
                        .findFirst()
                        .flatMap(EnrichFields::keyType);
            default -> Optional.empty();
        };
    }

    private void requireFree(YamlSection yaml, ReferenceTable table, String column) {
        String other = taken.putIfAbsent(column.toLowerCase(Locale.ROOT), "a column of reference " + table.name());
        if (other != null) {
            problem(
                    yaml,
                    "columns",
                    "'" + column + "' is " + other + " too, and a view could not tell them apart: name"
                            + " the column otherwise in the reference");
        }
    }

    private void problem(YamlSection yaml, String field, String message) {
        yaml.problem(field, message);
        isRight = false;
    }
}
