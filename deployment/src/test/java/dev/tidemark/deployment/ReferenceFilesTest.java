package dev.tidemark.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.deployment.LoadedReference.Load;
import dev.tidemark.deployment.ReferenceTable.Kind;
import dev.tidemark.schema.Enrichment;
import dev.tidemark.schema.Field;
import dev.tidemark.schema.ValueType;
import dev.tidemark.view.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a deployment's files say of reference tables, and what sources take from them. */
class ReferenceFilesTest {

    @TempDir
    Path folder;

    @BeforeEach
    void aGoodDeployment() throws IOException {
        folder = folder.toRealPath();
        write("tidemark.yaml", "version: 1\nname: shop\n");
        write(
                "orders.avsc",
                """
                {"type": "record", "name": "Order", "fields": [
                  {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                  {"name": "n", "type": ["null", "int"], "default": null},
                  {"name": "x", "type": "double"},
                  {"name": "product_id", "type": "string"}]}
                """);
        source("{products: {key: product_id, columns: [margin, category]}}");
        write("views/revenue.yaml", "name: revenue\nsource: orders\npane: 1m\nmeasures: {margin: sum(margin)}\n");
        write(
                "references/products.yaml",
                """
                name: products
                csv: ../data/products.csv
                key: product
                valid_from: since
                valid_to: until
                columns: {category: string, margin: "decimal(5,2)"}
                """);
    }

    private void write(String file, String text) throws IOException {
        Files.createDirectories(folder.resolve(file).getParent());
        Files.writeString(folder.resolve(file), text);
    }

    private void source(String enrich) throws IOException {
        write("sources/orders.yaml", "name: orders\nschema: ../orders.avsc\nevent_time: at\nenrich: " + enrich + "\n");
    }

    private Deployment load() {
        return DeploymentLoader.load(folder.resolve("tidemark.yaml"));
    }

    private List<String> problems() {
        return assertThrows(InvalidDeploymentException.class, this::load).problems().stream()
                .map(problem -> problem.toString().replace(folder + "/", ""))
                .toList();
    }

    /** As a load does it. */
    private void load(long version, String content) throws IOException {
        Load load = new Load(content, load().references().get(0), 3, Instant.EPOCH);
        write(
                "warehouse/references/products/_delta_log/%020d.json".formatted(version),
                """
                {"commitInfo":{"userMetadata":%s}}
                {"txn":{"appId":"tidemark.references","version":%d}}
                """
                        .formatted(Json.write(Json.write(load)), version + 1));
    }

    @Test
    void aTableAndWhatASourceTakesFromIt() {
        Deployment deployment = load();
        assertEquals(
                List.of(new ReferenceTable(
                        "products",
                        Kind.CSV,
                        folder.resolve("data/products.csv"),
                        "product",
                        Optional.of("since"),
                        Optional.of("until"),
                        Map.of("category", ValueType.STRING, "margin", ValueType.decimal(5, 2)),
                        ZoneId.of("UTC"))),
                deployment.references());
        assertEquals(
                List.of(new Enrichment(
                        "products",
                        Enrichment.NOT_LOADED,
                        "",
                        "product_id",
                        List.of(
                                new Field("margin", ValueType.decimal(5, 2)),
                                new Field("category", ValueType.STRING)))),
                deployment.source("orders").enrichments());
        assertEquals(deployment.references(), deployment.referencesToLoad());
    }

    @Test
    void theNewestLoadedVersionIsTheOneThatIsTaken() throws IOException {
        String before = load().definitionSetId("orders");
        load(0, "one");
        String one = load().definitionSetId("orders");
        assertNotEquals(before, one);
        load(1, "two");
        assertEquals(1, load().source("orders").enrichments().get(0).version());
        assertEquals("two", load().source("orders").enrichments().get(0).content());
        assertNotEquals(one, load().definitionSetId("orders"));
        load(2, "one");
        assertEquals(one, load().definitionSetId("orders"), "the content counts, not its number");
        write("warehouse/references/products/_delta_log/%020d.json".formatted(3), "{\"commitInfo\":{}}\n");
        assertEquals(2, load().source("orders").enrichments().get(0).version(), "no load of ours");
        assertEquals(List.of(), load().referencesToLoad());

        Path file = folder.resolve("references/products.yaml");
        Files.writeString(file, Files.readString(file).replace("data/products.csv", "data/other.csv"));
        assertEquals(
                List.of(), load().referencesToLoad(), "where rows come from decides nothing until they are loaded");
        Files.writeString(file, Files.readString(file).replace("decimal(5,2)", "decimal(6,2)"));
        assertEquals(1, load().referencesToLoad().size());
    }

    @Test
    void aTableWithTimesIsLoadedAgainUnderAnotherTimezone() throws IOException {
        load(0, "one");
        write("tidemark.yaml", "version: 1\nname: shop\ntimezone: Europe/Berlin\n");
        assertEquals(1, load().referencesToLoad().size(), "a date begins at another time");
        Path file = folder.resolve("references/products.yaml");
        Files.writeString(file, Files.readString(file).replaceAll("valid_.*\n", ""));
        load(1, "two");
        write("tidemark.yaml", "version: 1\nname: shop\n");
        assertEquals(List.of(), load().referencesToLoad(), "it has no times");
    }

    @Test
    void aTableThatNoSourceTakesFromNeedNotBeLoaded() throws IOException {
        write("sources/orders.yaml", "name: orders\nschema: ../orders.avsc\nevent_time: at\n");
        assertEquals(1, load().references().size());
        assertEquals(List.of(), load().referencesToLoad());
    }

    @Test
    void whatIsWrongWithATableIsToldAtItsLine() throws IOException {
        write(
                "references/products.yaml",
                "name: products\ncsv: a.csv\ntable: a\nkey: id\ncolumns:\n  id: double\n  id2: money\n  a-b: string\n");
        write("references/regions.yaml", "name: regions\nkey: id\nvalid_form: x\ncolumns: {id: double, ID: string}\n");
        write("references/zones.yaml", "name: regions\ncsv: a.csv\nkey: id\ncolumns: {id: double, area: string}\n");
        write("references/zones2.yaml", "name: Regions\ncsv: a.csv\nkey: id\ncolumns: {area: string}\n");
        assertEquals(
                List.of(
                        "references/products.yaml:2: csv: stands beside `table`; leave one of them out",
                        "references/products.yaml:7: columns.id2: 'money' is no type of a column; accepted are boolean,"
                                + " bigint, double, decimal(p,s), string, date and timestamp",
                        "references/products.yaml:8: columns.a-b: 'a-b' is no name; accepted are a letter and up to 62"
                                + " letters, digits and _",
                        "references/regions.yaml:1: table: is missing; for example `csv: ../data/products.csv`; accepted"
                                + " are table, csv or parquet",
                        "references/regions.yaml:3: valid_form: is not known here; known are [columns, csv, key, name,"
                                + " parquet, table, valid_from, valid_to]",
                        "references/regions.yaml:4: columns.ID: differs from the column id only in case",
                        "references/zones.yaml:1: name: 'regions' is another reference's name too",
                        "references/zones.yaml:3: key: is of type double; accepted are string and bigint",
                        "references/zones2.yaml:1: name: 'Regions' differs from the name of reference regions only in"
                                + " case"),
                problems().stream().sorted().toList(),
                "and nothing of the source that takes from one of them");
    }

    @Test
    void whatIsWrongWithWhatASourceTakesIsToldAtItsLine() throws IOException {
        write(
                "references/zones.yaml",
                "name: zones\nparquet: a\nkey: id\ncolumns: {id: bigint, X: string, Category: string, wide: string}\n");
        write(
                "sources/orders.yaml",
                """
                name: orders
                schema: ../orders.avsc
                event_time: at
                enrich:
                  products:
                    key: product
                    columns: [category, weight]
                  zones:
                    key: product_id
                    columns: [X, Category]
                  prices: {key: product_id, columns: [price]}
                """);
        assertEquals(
                List.of(
                        "sources/orders.yaml:10: enrich.zones.columns: 'Category' is a column of reference products too,"
                                + " and a view could not tell them apart: name the column otherwise in the reference",
                        "sources/orders.yaml:10: enrich.zones.columns: 'X' is a field of the schema too, and a view could"
                                + " not tell them apart: name the column otherwise in the reference",
                        "sources/orders.yaml:11: enrich.prices: there is no reference 'prices'; there are [products,"
                                + " zones]; one is stated in a file such as references/prices.yaml",
                        "sources/orders.yaml:6: enrich.products.key: 'product' is no field of the schema; its fields are"
                                + " [at, n, x, product_id]",
                        "sources/orders.yaml:7: enrich.products.columns: 'weight' is no column of reference products; its"
                                + " columns are [category, margin]",
                        "sources/orders.yaml:9: enrich.zones.key: 'product_id' is a string, but the key of reference zones"
                                + " is a bigint: give id that type in its `columns`"),
                problems().stream().sorted().toList());
        source("{zones: {key: n, columns: [wide]}}");
        assertEquals("n", load().source("orders").enrichments().get(0).key());
        for (String key : List.of("x", "at")) {
            source("{zones: {key: " + key + ", columns: [wide]}}");
            assertTrue(problems().get(0).contains("; accepted are strings, enums and integers"), problems()::toString);
        }
        source("{zones: {x: 1}}");
        assertEquals(
                List.of(
                        "sources/orders.yaml:4: enrich.zones.key: is missing; for example `key: id`",
                        "sources/orders.yaml:4: enrich.zones.columns: is missing; for example `columns: [id, X, Category,"
                                + " wide]`",
                        "sources/orders.yaml:4: enrich.zones.x: is not known here; known are [columns, key]"),
                problems());
    }

    @Test
    void theFolderMayLackUnlessItIsNamed() throws IOException {
        Files.delete(folder.resolve("references/products.yaml"));
        Files.delete(folder.resolve("references"));
        write("sources/orders.yaml", "name: orders\nschema: ../orders.avsc\nevent_time: at\n");
        assertEquals(List.of(), load().references());
        write("tidemark.yaml", "version: 1\nname: shop\nreferences: tables/\n");
        assertTrue(problems().get(0).startsWith("tables: is no folder with references"), problems()::toString);
    }

    @Test
    void aViewOfAWrongSourceIsLookedAtWithWhatTheSourceTakes() throws IOException {
        write(
                "sources/orders.yaml",
                Files.readString(folder.resolve("sources/orders.yaml")).replace("at\n", "when\n"));
        List<Draft> drafts =
                DeploymentLoader.read(folder.resolve("tidemark.yaml")).drafts();
        assertEquals(
                List.of("margin", "category"),
                drafts.get(0).enriched().stream().map(Field::name).toList());
        source("{products: {key: nothing, columns: [margin]}}");
        assertEquals(
                List.of(),
                DeploymentLoader.read(folder.resolve("tidemark.yaml")).drafts());
    }
}
