package dev.tidemark.deployment;

import dev.tidemark.deployment.ReferenceTable.Kind;
import dev.tidemark.schema.ValueType;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads {@code references/<reference>.yaml}. */
final class ReferenceFile {

    private static final String TYPES =
            "accepted are boolean, bigint, double, decimal(p,s), string, date and timestamp";

    private final YamlSection yaml;
    private final ZoneId zone;

    private ReferenceFile(YamlSection yaml, ZoneId zone) {
        this.yaml = yaml;
        this.zone = zone;
    }

    /**
     * The table that the file states, unless a problem was recorded.
     *
     * @param zone the deployment's
     * @param declared takes the table's name even then, so that its sources are not told that it is not there
     */
    static Optional<ReferenceTable> read(
            YamlSection yaml, ZoneId zone, Map<String, Optional<ReferenceTable>> declared) {
        Optional<String> named = yaml.requiredText("name", "products");
        Optional<ReferenceTable> table =
                named.flatMap(text -> Names.check(yaml, "name", text)).flatMap(new ReferenceFile(yaml, zone)::read);
        yaml.refuseUnknown();
        named.ifPresent(name -> declare(yaml, name, table, declared));
        return table;
    }

    private static void declare(
            YamlSection yaml,
            String name,
            Optional<ReferenceTable> table,
            Map<String, Optional<ReferenceTable>> declared) {
        if (declared.containsKey(name)) {
            yaml.problem("name", "'" + name + "' is another reference's name too");
            return;
        }
        declared.keySet().stream()
                .filter(other -> other.equalsIgnoreCase(name))
                .findFirst()
                .ifPresent(other -> yaml.problem(
                        "name", "'" + name + "' differs from the name of reference " + other + " only in case"));
        declared.put(name, table);
    }

    private Optional<ReferenceTable> read(String name) {
        Optional<Kind> kind = kind();
        Optional<Path> place = kind.flatMap(found -> yaml.text(field(found)))
                .map(text -> yaml.file().resolveSibling(text).normalize());
        Optional<String> key = yaml.requiredText("key", "product_id");
        Optional<String> from = yaml.text("valid_from");
        Optional<String> to = yaml.text("valid_to");
        Map<String, ValueType> columns = columns();
        if (place.isEmpty() || key.isEmpty() || columns.isEmpty()) {
            return Optional.empty();
        }
        ReferenceTable table = new ReferenceTable(name, kind.get(), place.get(), key.get(), from, to, columns, zone);
        ValueType type = table.keyType();
        if (!type.equals(ValueType.STRING) && !type.equals(ValueType.BIGINT)) {
            yaml.problem("key", "is of type " + type + "; accepted are string and bigint");
            return Optional.empty();
        }
        return Optional.of(table);
    }

    private static String field(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    private Optional<Kind> kind() {
        List<Kind> given =
                Stream.of(Kind.values()).filter(kind -> yaml.has(field(kind))).toList();
        if (given.isEmpty()) {
            yaml.problem(
                    "table",
                    "is missing; for example `csv: ../data/products.csv`; accepted are table, csv or" + " parquet");
        } else if (given.size() > 1) {
            yaml.problem(field(given.get(1)), "stands beside `" + field(given.get(0)) + "`; leave one of them out");
        }
        return given.size() == 1 ? Optional.of(given.get(0)) : Optional.empty();
    }

    private Map<String, ValueType> columns() {
        Map<String, ValueType> columns = new LinkedHashMap<>();
        Optional<YamlSection> section = yaml.section("columns");
        List<String> names = section.map(YamlSection::names).orElse(List.of());
        if (names.isEmpty()) {
            yaml.problem("columns", "is missing; for example `columns: {category: string}`");
        }
        for (String name : names) {
            if (Names.isName(name)) {
                requireNew(section.get(), name, columns);
                section.get().value(name, ReferenceFile::type).ifPresent(type -> columns.put(name, type));
            } else {
                section.get().problem(name, Names.refusal(name));
            }
        }
        return columns;
    }

    private static void requireNew(YamlSection section, String name, Map<String, ValueType> columns) {
        columns.keySet().stream()
                .filter(other -> other.equalsIgnoreCase(name))
                .forEach(other -> section.problem(name, "differs from the column " + other + " only in case"));
    }

    private static ValueType type(String text) {
        try {
            ValueType type = ValueType.parse(text);
            if (!type.equals(ValueType.BINARY)) {
                return type;
            }
        } catch (IllegalArgumentException e) {
            // Which types there are is said below.
        }
        throw new IllegalArgumentException("'" + text + "' is no type of a column; " + TYPES);
    }
}
