package dev.tidemark.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import dev.tidemark.view.MeasureFunction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The JSON Schemas and the reader know the same fields, and judge alike. */
class FileSchemaTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern KNOWN = Pattern.compile("is not known here; known are \\[(.*)]");

    @TempDir
    Path folder;

    @BeforeEach
    void aDeploymentWithAFieldTooManyEverywhere() throws IOException {
        write(
                "tidemark.yaml",
                """
                version: 1
                name: shop
                serving: {port: 0, x: 1}
                speed: {metrics_port: 0, x: 1}
                schema_registry: {url: "http://127.0.0.1:1", x: 1}
                x: 1
                """);
        write("sources/orders.yaml", "name: orders\nx: 1\n");
        write("views/revenue.yaml", "name: revenue\nsession: {x: 1}\nalert: {x: 1}\nwebhook: {x: 1}\nx: 1\n");
        write("views/frauds.yaml", "name: frauds\npattern: {x: 1}\n");
        write("references/products.yaml", "name: products\nx: 1\n");
    }

    private void write(String file, String text) throws IOException {
        Files.createDirectories(folder.resolve(file).getParent());
        Files.writeString(folder.resolve(file), text);
    }

    @Test
    void eachFieldThatIsReadIsInTheSchemaAndTheOtherWayRound() throws IOException {
        assertEquals(read("tidemark.yaml", "x"), inSchema(FileSchema.TIDEMARK, ""));
        assertEquals(read("tidemark.yaml", "serving.x"), inSchema(FileSchema.TIDEMARK, "/properties/serving"));
        assertEquals(read("tidemark.yaml", "speed.x"), inSchema(FileSchema.TIDEMARK, "/properties/speed"));
        assertEquals(
                read("tidemark.yaml", "schema_registry.x"),
                inSchema(FileSchema.TIDEMARK, "/properties/schema_registry"));
        assertEquals(read("sources/orders.yaml", "x"), inSchema(FileSchema.SOURCE, ""));
        assertEquals(read("views/revenue.yaml", "x"), inSchema(FileSchema.VIEW, ""));
        for (String section : List.of("session", "alert", "webhook")) {
            assertEquals(
                    read("views/revenue.yaml", section + ".x"), inSchema(FileSchema.VIEW, "/properties/" + section));
        }
        assertEquals(read("views/frauds.yaml", "pattern.x"), inSchema(FileSchema.VIEW, "/properties/pattern"));
        assertEquals(read("references/products.yaml", "x"), inSchema(FileSchema.REFERENCE, ""));
    }

    @Test
    void eachFieldOfWhatASourceTakesFromAReferenceIsInTheSchemaAndTheOtherWayRound() throws IOException {
        write("references/products.yaml", "name: products\ncsv: x.csv\nkey: id\ncolumns: {margin: double}\n");
        write(
                "sources/orders.yaml",
                "name: orders\nschema: orders.avsc\nenrich: {products: {key: id, columns: [margin], x: 1}}\n");
        write(
                "sources/orders.avsc",
                """
                {"type": "record", "name": "Order", "fields": [{"name": "id", "type": "string"}]}""");
        assertEquals(
                read("sources/orders.yaml", "enrich.products.x"),
                inSchema(FileSchema.SOURCE, "/properties/enrich/additionalProperties"));
    }

    /** What the reader names when it meets a field that it does not know. */
    private Set<String> read(String file, String unknownField) {
        return DeploymentLoader.read(folder.resolve("tidemark.yaml")).problems().stream()
                .filter(problem -> problem.file().endsWith(file))
                .filter(problem -> problem.field().equals(unknownField))
                .map(problem -> KNOWN.matcher(problem.message()))
                .filter(Matcher::matches)
                .map(known -> (Set<String>) new TreeSet<>(Set.of(known.group(1).split(", "))))
                .findFirst()
                .orElseThrow();
    }

    private static Set<String> inSchema(FileSchema schema, String pointer) throws IOException {
        JsonNode object = JSON.readTree(schema.json()).at(pointer);
        assertEquals(false, object.get("additionalProperties").asBoolean(true), schema + pointer);
        Set<String> names = new TreeSet<>();
        object.get("properties").fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void eachMeasureIsNamedToTheEditorsUser() throws IOException {
        String description = JSON.readTree(FileSchema.VIEW.json())
                .at("/properties/measures/description")
                .asText();
        for (MeasureFunction function : MeasureFunction.values()) {
            assertTrue(description.contains(function + "("), function::toString);
        }
    }

    @Test
    void theExamplesFollowThem() throws IOException {
        for (Path file : examples()) {
            String parent = file.getParent().getFileName().toString();
            FileSchema schema =
                    switch (parent) {
                        case "sources" -> FileSchema.SOURCE;
                        case "views" -> FileSchema.VIEW;
                        case "references" -> FileSchema.REFERENCE;
                        default -> FileSchema.TIDEMARK;
                    };
            assertEquals(Set.of(), validate(schema, Files.readString(file)), file.toString());
        }
    }

    private static Set<Path> examples() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("../examples"), 3)) {
            Set<Path> found = new TreeSet<>(
                    files.filter(file -> file.toString().endsWith(".yaml")).toList());
            assertTrue(found.size() >= 5, found.toString());
            return found;
        }
    }

    @Test
    void whatTheReaderRefusesTheyRefuse() {
        assertRefused(FileSchema.TIDEMARK, "version: 2\nname: shop\n");
        assertRefused(FileSchema.TIDEMARK, "version: 1\nname: Shop\n");
        assertRefused(FileSchema.TIDEMARK, "version: 1\nname: shop\nserving: {port: 70000}\n");
        assertRefused(FileSchema.TIDEMARK, "version: 1\nname: shop\nkafka: {acks: all}\n");
        assertRefused(FileSchema.TIDEMARK, "version: 1\nname: shop\nspark: {master: local}\n");
        assertRefused(FileSchema.SOURCE, "name: orders\nschema: x.avsc\n");
        assertRefused(FileSchema.SOURCE, "name: orders\nschema: x.avsc\nevent_time: at\nhorizon: 1 day\n");
        assertRefused(
                FileSchema.SOURCE, "name: orders\nschema: x.avsc\nevent_time: at\nenrich: {products: {key: id}}\n");
        String products = "name: products\nkey: id\ncsv: x.csv\n";
        assertEquals(Set.of(), validate(FileSchema.REFERENCE, products + "columns: {margin: 'decimal(5,2)'}\n"));
        assertRefused(FileSchema.REFERENCE, products);
        assertRefused(FileSchema.REFERENCE, products + "columns: {margin: money}\n");
        assertRefused(FileSchema.REFERENCE, products + "table: x\ncolumns: {margin: double}\n");
        assertRefused(FileSchema.REFERENCE, "name: products\nkey: id\ncolumns: {margin: double}\n");
        assertRefused(FileSchema.VIEW, "name: revenue\nsource: orders\npane: 1m\nmeasures: {}\n");
        assertRefused(FileSchema.VIEW, "name: revenue\nsource: orders\npane: 1m\nmeasures: {final: count()}\n");
        assertRefused(FileSchema.VIEW, "name: revenue\nsource: orders\npane: 1m\nmeasures: {orders: amount}\n");
        assertRefused(FileSchema.VIEW, "name: revenue\nsource: orders\nmeasures: {orders: count()}\n");
        String visits = "name: visits\nsource: orders\n";
        String session = "session: {by: user, gap: 5m, at_most: 1d}\n";
        assertEquals(Set.of(), validate(FileSchema.VIEW, visits + session + "measures: {orders: count()}\n"));
        assertRefused(FileSchema.VIEW, visits + session + "measures: {open: count()}\n");
        assertRefused(FileSchema.VIEW, visits + session + "pane: 1m\nmeasures: {orders: count()}\n");
        String revenue = "name: revenue\nsource: orders\npane: 1m\nmeasures: {orders: count()}\n";
        String alert = "alert: {when: orders < 1}\n";
        String whole = revenue + alert + "alert_topic: alerts\nwebhook: {url: 'http://localhost'}\n";
        assertEquals(Set.of(), validate(FileSchema.VIEW, whole));
        assertRefused(FileSchema.VIEW, revenue + alert);
        assertRefused(FileSchema.VIEW, revenue + "webhook: {url: 'http://localhost'}\n");
        assertRefused(FileSchema.VIEW, revenue + "alert_topic: alerts\nalert: {window: 5m}\n");
        assertRefused(FileSchema.VIEW, visits + "session: {by: user, gap: 5m}\nmeasures: {orders: count()}\n");
        String pattern = "pattern: {by: user, steps: [a > 1, b], within: 1m}\n";
        assertEquals(Set.of(), validate(FileSchema.VIEW, visits + pattern));
        assertEquals(Set.of(), validate(FileSchema.VIEW, visits + pattern + "measures: {open: count()}\n"));
        assertRefused(FileSchema.VIEW, visits + pattern + "measures: {positions: count()}\n");
        assertRefused(FileSchema.VIEW, visits + pattern + session);
        assertRefused(FileSchema.VIEW, visits + "pattern: {by: user, steps: [a], within: 1m}\n");
    }

    private static void assertRefused(FileSchema schema, String yaml) {
        assertNotEquals(Set.of(), validate(schema, yaml), yaml);
    }

    @Test
    void aReferenceMayStandForAnyText() {
        String yaml = "version: 1\nname: ${env:NAME}\nserving: {port: '${env:PORT}'}\n";
        assertEquals(Set.of(), validate(FileSchema.TIDEMARK, yaml));
    }

    private static Set<ValidationMessage> validate(FileSchema schema, String yaml) {
        JsonSchema validator =
                JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(schema.json());
        return validator.validate(yaml, InputFormat.YAML);
    }
}
