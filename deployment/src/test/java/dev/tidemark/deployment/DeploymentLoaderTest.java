package dev.tidemark.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.schema.Deduplication;
import dev.tidemark.schema.LateEvents;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Layers;
import dev.tidemark.view.MeasureCall;
import dev.tidemark.view.Pane;
import dev.tidemark.view.Pattern;
import dev.tidemark.view.Session;
import dev.tidemark.view.ViewDefinition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeploymentLoaderTest {

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
                  {"name": "region", "type": "string"}]}
                """);
        write("sources/orders.yaml", "name: orders\nschema: ../orders.avsc\nevent_time: at\n");
        write("views/revenue.yaml", "name: revenue\nsource: orders\npane: 1m\nmeasures:\n  orders: count()\n");
    }

    private void write(String file, String text) throws IOException {
        Files.createDirectories(folder.resolve(file).getParent());
        Files.writeString(folder.resolve(file), text);
    }

    private Deployment load() {
        return DeploymentLoader.load(folder.resolve("tidemark.yaml"));
    }

    private List<String> problems() {
        return assertThrows(InvalidDeploymentException.class, this::load).problems().stream()
                .map(problem -> problem.toString().replace(folder + "/", ""))
                .toList();
    }

    @Test
    void whatIsNotSaidHasADefault() {
        Deployment deployment = load();
        assertEquals(ZoneId.of("UTC"), deployment.zone());
        assertEquals(8686, deployment.servingPort());
        assertEquals(folder.resolve("warehouse"), deployment.warehouse().root());
        Source orders = deployment.source("orders");
        assertEquals("orders", orders.topic());
        assertEquals(Duration.ofHours(1), orders.allowedLateness());
        assertEquals(Duration.ofDays(1), orders.horizon());
        assertEquals(new Pane(Duration.ofMinutes(1)), deployment.views().get(0).pane());
    }

    @Test
    void everyProblemIsReportedAtOnceWithFileAndLine() throws IOException {
        write("tidemark.yaml", "version: 2\nname: Shop\ntimezone: Mars/Olympus\nserving:\n  port: no\nwarehous: x\n");
        write("sources/orders.yaml", "name: orders\nschema: ../orders.avsc\nevent_time: when\nlate_events: drop\n");
        write(
                "views/revenue.yaml",
                "name: revenue\nsource: orders\npane: 7m\nmeasures:\n  orders: median(x)\n  final: count()\n");
        List<String> found = problems();
        assertEquals(
                List.of(
                        "tidemark.yaml:1: version: '2' is not known; accepted is 1",
                        "tidemark.yaml:2: name: 'Shop' is no name; accepted are lower-case letters, digits and -"),
                found.subList(0, 2));
        assertTrue(found.stream().anyMatch(line -> line.startsWith("tidemark.yaml:3: timezone: ")), found::toString);
        assertTrue(found.contains(
                "tidemark.yaml:5: serving.port: 'no' is no port; accepted are 0 (any free one) to 65535"));
        assertTrue(found.stream().anyMatch(line -> line.startsWith("tidemark.yaml:6: warehous: is not known here")));
        assertTrue(found.contains(
                "sources/orders.yaml:3: event_time: 'when' is no field of the schema; its fields are [at, region]"));
        assertTrue(found.contains("sources/orders.yaml:4: late_events: 'drop' is not known; accepted are include,"
                + " defer and exclude"));
        assertTrue(
                found.stream().anyMatch(line -> line.startsWith("views/revenue.yaml:3: pane: a pane of 7m; accepted")));
        assertTrue(found.stream()
                .anyMatch(line ->
                        line.startsWith("views/revenue.yaml:5: measures.orders: there is no measure 'median'")));
        assertTrue(found.stream()
                .anyMatch(line -> line.startsWith("views/revenue.yaml:6: measures.final: 'final' is reserved")));
        assertEquals(10, found.size(), found::toString);
    }

    @Test
    void aViewMayHaveSessionsInPlaceOfPanes() throws IOException {
        write(
                "views/revenue.yaml",
                """
                name: visits
                source: orders
                session:
                  by: region
                  gap: 30m
                  at_most: 2d
                dimensions: {hour: hour(at)}
                measures: {orders: count()}
                """);
        ViewDefinition view = load().views().get(0);
        assertEquals(Optional.of(new Session("region", Duration.ofMinutes(30), 2)), view.session());
        assertEquals(List.of("region", "hour"), List.copyOf(view.dimensions().keySet()));
        assertEquals("region", view.dimensions().get("region"));
    }

    @Test
    void sessionsMayBeByADimension() throws IOException {
        write(
                "views/revenue.yaml",
                """
                name: visits
                source: orders
                session: {by: where, gap: 30m, at_most: 1d}
                dimensions: {hour: hour(at), where: upper(region)}
                measures: {orders: count()}
                """);
        ViewDefinition view = load().views().get(0);
        assertEquals(List.of("where", "hour"), List.copyOf(view.dimensions().keySet()));
        assertEquals("upper(region)", view.dimensions().get("where"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'x: 1'                                            | 1: pane: is missing; for example `pane: 1m`, or `session`",
                "'session: {by: region, gap: 5m, at_most: 1d}\npane: 1m' | 5: pane: stands beside `session`",
                "'session: 30m'                                    | 4: session: is one value; a mapping is expected",
                "'session: {gap: 5m, at_most: 1d}'                 | 4: session.by: is missing; for example `by: user_id`",
                "'session: {by: region, at_most: 1d}'              | 4: session.gap: is missing; for example `gap: 30m`",
                "'session: {by: region, gap: 5m}'                  | 4: session.at_most: is missing; for example",
                "'session:\n  by: lower(region)\n  gap: 5m\n  at_most: 1d' | 5: session.by: 'lower(region)' is no field",
                "'session: {by: open, gap: 5m, at_most: 1d}'       | 4: session.by: 'open' is reserved in a view with a session",
                "'session:\n  by: region\n  gap: 0s\n  at_most: 1d' | 6: session.gap: a gap of 0ms; accepted are durations",
                "'session:\n  by: region\n  gap: 5m\n  at_most: 36h' | 7: session.at_most: at_most is 36h; accepted are whole",
                "'session: {by: region, gap: 3d, at_most: 2d}'     | 4: session.gap: a gap of 3d is longer than at_most",
                "'session: {by: region, gap: 5m, at_most: 1d, x: 1}' | 4: session.x: is not known here; known are",
                "'session: {by: region, gap: 5m, at_most: 1d}\ndimensions: {session_end: region}' | 5: dimensions.session_end: 'session_end' is reserved",
                "'session: {by: region, gap: 5m, at_most: 1d}\ndimensions: {Region: region}' | 5: dimensions.Region: differs from region",
            })
    void saysWhatIsWrongWithSessions(String slicing, String problem) throws IOException {
        write(
                "views/revenue.yaml",
                "name: visits\nsource: orders\nmeasures: {orders: count()}\n" + slicing.replace("\\n", "\n") + "\n");
        List<String> found = problems();
        assertTrue(found.stream().anyMatch(line -> line.startsWith("views/revenue.yaml:" + problem)), found::toString);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'pattern: {by: region, steps: [a, b], within: 1m}\npane: 1m' | 4: pane: stands beside `pattern`",
                "'pattern: 30m'                                | 3: pattern: is one value; a mapping is expected",
                "'pattern: {steps: [a, b], within: 1m}'        | 3: pattern.by: is missing",
                "'pattern: {by: region, within: 1m}'           | 3: pattern.steps: is missing; for example `steps: [",
                "'pattern: {by: region, steps: a, within: 1m}' | 3: pattern.steps: a pattern of 1 steps; accepted are 2 to 16",
                "'pattern: {by: region, steps: [{a: b}], within: 1m}' | 3: pattern.steps: holds a mapping; a list of texts is expected",
                "'pattern: {by: region, steps: [a], within: 1m}' | 3: pattern.steps: a pattern of 1 steps; accepted are 2 to 16",
                "'pattern: {by: region, steps: [], within: 1m}' | 3: pattern.steps: a pattern of 0 steps; accepted are 2 to 16",
                "'pattern: {by: region, steps: [a, b]}'        | 3: pattern.within: is missing; for example `within: 1m`",
                "'pattern: {by: region, steps: [a, b], within: 8d}' | 3: pattern.within: within is 8d; accepted are durations from 1ms",
                "'pattern: {by: region, steps: [a, b], within: 1m, x: 1}' | 3: pattern.x: is not known here; known are",
                "'pattern: {by: positions, steps: [a, b], within: 1m}' | 3: pattern.by: 'positions' is reserved in a view with a pattern",
                "'pattern: {by: region, steps: [a, b], within: 1m}\nmeasures: {match_id: count()}' | 4: measures.match_id: 'match_id' is reserved",
            })
    void saysWhatIsWrongWithPatterns(String slicing, String problem) throws IOException {
        write("views/revenue.yaml", "name: frauds\nsource: orders\n" + slicing.replace("\\n", "\n") + "\n");
        List<String> found = problems();
        assertTrue(found.stream().anyMatch(line -> line.startsWith("views/revenue.yaml:" + problem)), found::toString);
    }

    @Test
    void aPatternNeedsNoMeasures() throws IOException {
        write(
                "views/revenue.yaml",
                "name: frauds\nsource: orders\npattern: {by: region, steps: [a, b], within: 1m, unless: c}\n");
        ViewDefinition view = load().views().get(0);
        assertEquals(Map.of("matches", MeasureCall.parse("count()")), view.measures());
        assertEquals(Map.of("region", "region"), view.dimensions());
        assertEquals(
                Optional.of(new Pattern("region", List.of("a", "b"), Duration.ofMinutes(1), Optional.of("c"))),
                view.pattern());
    }

    @Test
    void measuresOfSessionsHaveNoNameThatTheirRowsHave() throws IOException {
        String measures = "name: visits\nsource: orders\nmeasures: {open: count(), region: count()}\n";
        write("views/revenue.yaml", measures + "session: {by: region, gap: 5m, at_most: 1d}\n");
        assertEquals(
                List.of(
                        "views/revenue.yaml:3: measures.region: is a dimension's name too",
                        "views/revenue.yaml:3: measures.open: 'open' is reserved in a view with a session, as are"
                                + " [session_start, session_end, open, first_event, last_event]"),
                problems());
        write("views/revenue.yaml", measures + "pane: 1m\n");
        load();
    }

    @Test
    void aWrongSourceMakesNoSecondProblemInItsViews() throws IOException {
        write("sources/orders.yaml", "name: orders\nschema: ../orders.avsc\nevent_time: when\n");
        assertEquals(1, problems().size(), problems()::toString);
    }

    @Test
    void brokenYamlNamesItsLine() throws IOException {
        write("views/revenue.yaml", "name: revenue\nsource: [orders\n");
        assertTrue(problems().get(0).startsWith("views/revenue.yaml:"), problems()::toString);
    }

    @Test
    void filesThatAreNotTextAreProblemsLikeAnyOther() throws IOException {
        Files.write(folder.resolve("views/latin.yaml"), "name: caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
        write("views/control.yaml", "name: a\u0001b\n");
        write("tidemark.yaml", "version: 1\nname: shop\nwarehouse: file:///tmp/a b\nkafka: {{ kafka }}\n");
        List<String> found = problems();
        assertTrue(
                found.get(0).startsWith("tidemark.yaml:3: warehouse: 'file:///tmp/a b' is no path"), found::toString);
        assertTrue(found.contains("tidemark.yaml:4: has a mapping where a name is expected"), found::toString);
        assertTrue(found.stream().anyMatch(line -> line.startsWith("views/latin.yaml: is no YAML in UTF-8")));
        assertTrue(found.stream().anyMatch(line -> line.startsWith("views/control.yaml: is no YAML in UTF-8")));
    }

    @Test
    void anEmptyFieldIsAMissingOne() throws IOException {
        write("tidemark.yaml", "version: 1\nname:\nwarehouse:\nkafka:\n");
        write("sources/orders.yaml", "name: orders\ntopic: ''\nschema: ../orders.avsc\nevent_time: at\n");
        assertEquals(List.of("tidemark.yaml:2: name: is missing; for example `name: shop`"), problems());
    }

    @Test
    void namesThatDifferOnlyInCaseAreRefused() throws IOException {
        write(
                "views/revenue.yaml",
                "name: revenue\nsource: orders\npane: 1m\ndimensions: {region: region}\n"
                        + "measures:\n  Region: count()\n  n: count()\n  N: count()\n");
        assertEquals(
                List.of(
                        "views/revenue.yaml:6: measures.Region: differs from the dimension region only in case",
                        "views/revenue.yaml:8: measures.N: differs from the measure n only in case"),
                problems());
    }

    @Test
    void anEventTimeThatIsNoTimestampIsNamedAtItsOwnLine() throws IOException {
        write("sources/orders.yaml", "name: orders\nschema: ../orders.avsc\nevent_time: region\n");
        assertEquals(
                List.of("sources/orders.yaml:3: event_time: region is no timestamp field of the schema of orders"),
                problems());
    }

    @Test
    void aSchemaThatSparkSeesInAnotherWayIsAProblem() throws IOException {
        write(
                "orders.avsc",
                """
                {"type": "record", "name": "Order", "fields": [
                  {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                  {"name": "region", "type": "string"},
                  {"name": "parent", "type": ["null", "Order"], "default": null}]}
                """);
        assertEquals(
                List.of("orders.avsc:4: parent: is a Order within itself; a record cannot hold itself"), problems());
    }

    @Test
    void everyProblemOfASchemaIsNamedAtItsOwnLineAndHidesNoOther() throws IOException {
        write("sources/orders.yaml", "name: orders\nschema: ../orders.avsc\nevent_time: region\n");
        write(
                "orders.avsc",
                """
                {
                  "type": "record", "name": "Order", "fields": [
                  {"type": "string", "name": "region"},
                  {"name": "at", "type": {"type": "long", "logicalType": "time-micros"}},
                  {"name": "customers", "type": {"type": "array", "items": ["null", {
                    "type": "record", "name": "Customer", "fields": [
                      {"name": "id", "type": ["int", "string"]},
                      {"name": "visits", "type": {"type": "map", "values": {
                        "type": "int", "logicalType": "time-millis"}}}]}]}},
                  {"name": "guest", "type": "Customer"}]}
                """);
        List<String> found = problems();
        assertEquals(
                List.of(
                        "orders.avsc:4: at: is of the logical type time-micros; accepted are timestamp-millis,"
                                + " timestamp-micros, date, decimal and uuid",
                        "orders.avsc:7: customers[].id: is a union of 2 types; a union of null and one type is accepted",
                        "orders.avsc:8: customers[].visits{}: is of the logical type time-millis; accepted are"
                                + " timestamp-millis, timestamp-micros, date, decimal and uuid"),
                found.subList(0, 3));
        assertTrue(found.get(3).startsWith("orders.avsc:10: guest.id: is a union of 2 types"), found::toString);
        assertTrue(found.get(4).startsWith("orders.avsc:10: guest.visits{}: is of"), found::toString);
        assertEquals(
                "sources/orders.yaml:3: event_time: region is no timestamp field of the schema of orders",
                found.get(5));
        assertEquals(6, found.size(), found::toString);
    }

    @Test
    void whereASchemasLinesAreNotKnownTheSourceNamesItsFile() throws IOException {
        write(
                "orders.avsc",
                """
                {"type": "record", "name": "Order", "fields": [ // Avro takes comments
                  {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                  {"name": "x", "type": {"type": "long", "logicalType": "time-micros"}}]}
                """);
        List<String> found = problems();
        assertEquals(1, found.size(), found::toString);
        assertTrue(
                found.get(0)
                        .startsWith("sources/orders.yaml:2: schema: orders.avsc: x is of the logical type time-micros"),
                found::toString);
    }

    @Test
    void settingsOfSparkThatCouldChangeWhatAnExpressionGivesAreRefused() throws IOException {
        write(
                "tidemark.yaml",
                """
                version: 1
                name: shop
                spark:
                  spark.master: local[4]
                  spark.sql.shuffle.partitions: 8
                  spark.sql.adaptive.enabled: false
                  spark.sql.legacy.timeParserPolicy: LEGACY
                  spark.sql.files.ignoreMissingFiles: true
                  master: local[4]
                """);
        List<String> found = problems();
        assertEquals(3, found.size(), found::toString);
        String why = "could change what the views' expressions give without changing their definition set;"
                + " of spark.sql.* accepted are [spark.sql.adaptive., ";
        assertTrue(found.get(0).startsWith("tidemark.yaml:7: spark.spark.sql.legacy.timeParserPolicy: " + why));
        assertTrue(found.get(1).startsWith("tidemark.yaml:8: spark.spark.sql.files.ignoreMissingFiles: " + why));
        assertEquals("tidemark.yaml:9: spark.master: is no setting here; their names begin with spark.", found.get(2));
    }

    @Test
    void aTypeInASchemaThatDoesNotExistIsAProblem() throws IOException {
        write("orders.avsc", "{\"type\": \"recrod\", \"name\": \"Order\"}");
        assertEquals(
                List.of("sources/orders.yaml:2: schema: orders.avsc is no Avro schema: it names a type that it does not"
                        + " define; accepted are null, boolean, int, long, float, double, bytes, string and the types"
                        + " defined before"),
                problems());
    }

    @Test
    void anAdminWaitsAtLeastAsLongAsOneRequestMayTake() throws IOException {
        write(
                "tidemark.yaml",
                "version: 1\nname: shop\nkafka: {bootstrap.servers: 'localhost:1', request.timeout.ms: 30000}\n");
        Admin.create(load().kafkaAdmin()).close();
    }

    @Test
    void aFieldThatIsGivenTwiceIsAProblem() throws IOException {
        write(
                "views/revenue.yaml",
                "name: revenue\nsource: orders\npane: 1m\npane: 5m\nmeasures:\n  orders: count()\n");
        assertEquals(List.of("views/revenue.yaml:4: pane: is given twice"), problems());
    }

    @Test
    void aViewOfAnUnknownSourceIsToldWhichThereAre() throws IOException {
        write("views/revenue.yaml", "name: revenue\nsource: order\npane: 1m\nmeasures:\n  orders: count()\n");
        assertEquals(
                List.of("views/revenue.yaml:2: source: there is no source 'order'; there are [orders]"), problems());
    }

    @Test
    void whatComesLaterIsRefusedNotIgnored() throws IOException {
        write("tidemark.yaml", "version: 1\nname: shop\nwarehouse: gs://bucket/shop\n");
        List<String> found = problems();
        assertEquals(
                1,
                found.stream()
                        .filter(line -> line.contains("not available in this release"))
                        .count(),
                found::toString);
    }

    @Test
    void aWarehouseInABucketIsReachedAsStorageSays() throws IOException {
        String shop = "version: 1\nname: shop\nwarehouse: s3a://my-bucket/tidemark/shop\n";
        write("tidemark.yaml", shop + "storage:\n  endpoint: http://127.0.0.1:9000\n  path_style: true\n");
        Warehouse warehouse = load().warehouse();
        assertEquals("s3a://my-bucket/tidemark/shop/drift", warehouse.drift().toString());
        assertEquals("http://127.0.0.1:9000", warehouse.hadoop().get("fs.s3a.endpoint"));
        assertEquals("true", warehouse.hadoop().get("fs.s3a.path.style.access"));

        write("tidemark.yaml", shop);
        assertFalse(load().warehouse().hadoop().containsKey("fs.s3a.endpoint"), "it is Amazon's");
    }

    @Test
    void aPlaceThatIsNoBucketsAndStorageForADiskAreProblems() throws IOException {
        write("tidemark.yaml", "version: 1\nname: shop\nwarehouse: s3://my-bucket/shop\n");
        assertEquals(
                List.of("tidemark.yaml:3: warehouse: 's3://my-bucket/shop' is no place in a bucket; accepted is"
                        + " s3a://BUCKET/FOLDER"),
                problems());
        write("tidemark.yaml", "version: 1\nname: shop\nstorage:\n  endpoint: minio\n  path_style: often\n");
        assertEquals(
                List.of(
                        "tidemark.yaml:3: storage: says how an object store is reached, but `warehouse` is no"
                                + " s3a://BUCKET/FOLDER",
                        "tidemark.yaml:4: storage.endpoint: 'minio' is no address of an object store; accepted is such as"
                                + " https://minio.example:9000",
                        "tidemark.yaml:5: storage.path_style: 'often' is neither; accepted are true and false"),
                problems());
    }

    @Test
    void lateEventsAndDuplicatesAreTreatedAsTheSourceSays() throws IOException {
        assertEquals(LateEvents.INCLUDE, load().source("orders").lateEvents());
        assertEquals(Optional.empty(), load().source("orders").deduplication());
        String source = "name: orders\nschema: ../orders.avsc\nevent_time: at\n";
        write("sources/orders.yaml", source + "late_events: exclude\nevent_id: region\ndeduplicate_within: 10m\n");
        Source orders = load().source("orders");
        assertEquals(LateEvents.EXCLUDE, orders.lateEvents());
        assertEquals(Optional.of(new Deduplication("region", Duration.ofMinutes(10))), orders.deduplication());
        write("sources/orders.yaml", source + "event_id: region\n");
        assertEquals(Optional.empty(), load().source("orders").deduplication(), "it is the key alone");

        write("sources/orders.yaml", source + "deduplicate_within: 10m\n");
        assertEquals(
                List.of(
                        "sources/orders.yaml:4: deduplicate_within: needs `event_id`, the field whose values count once"),
                problems());
        write("sources/orders.yaml", source + "event_id: region\ndeduplicate_within: 0s\n");
        assertTrue(problems().get(0).startsWith("sources/orders.yaml:5: deduplicate_within: "), problems()::toString);
    }

    @Test
    void whatIsDeferredNeedsACut() throws IOException {
        write("sources/orders.yaml", "name: orders\nschema: ../orders.avsc\nevent_time: at\nlate_events: defer\n");
        assertEquals(LateEvents.DEFER, load().source("orders").lateEvents());
        write("views/revenue.yaml", "name: revenue\nsource: orders\npane: 1m\nlayers: speed\nmeasures: {n: count()}\n");
        assertEquals(1, problems().size(), problems()::toString);
        assertTrue(problems().get(0).startsWith("views/revenue.yaml:4: layers: is speed, but"), problems()::toString);
    }

    @Test
    void layersAreBothUnlessTheFileSaysOtherwise() throws IOException {
        assertEquals(Layers.BOTH, load().views().get(0).layers());
        write("views/revenue.yaml", "name: revenue\nsource: orders\npane: 1m\nlayers: speed\nmeasures: {n: count()}\n");
        Deployment streamAlone = load();
        assertEquals(Layers.SPEED, streamAlone.views().get(0).layers());
        assertFalse(streamAlone.isArchived("orders"));
        write("views/revenue.yaml", "name: revenue\nsource: orders\npane: 1m\nlayers: fast\nmeasures: {n: count()}\n");
        assertEquals(
                List.of("views/revenue.yaml:4: layers: 'fast' names no layers; accepted are both, batch and speed"),
                problems());
    }

    @Test
    void aDeploymentWithoutARunningBrokerSaysHowToGetOne() {
        UnavailableException none = assertThrows(UnavailableException.class, load()::kafkaClient);
        assertTrue(none.getMessage().contains("start `tidemark up`"), none::getMessage);
    }

    @Test
    void theIdentityOfItsViewsChangesWithWhatDecidesAndWithNothingElse() throws IOException {
        String before = load().definitionSetId("orders");
        assertEquals("v1-", before.substring(0, 3));
        write(
                "views/revenue.yaml",
                "description: other words\nname: revenue\nsource: orders\npane: 60s\nmeasures:\n  orders: count( * )\n");
        assertEquals(before, load().definitionSetId("orders"));
        write("tidemark.yaml", "version: 1\nname: shop\ntimezone: Europe/Berlin\n");
        String zone = load().definitionSetId("orders");
        assertTrue(!zone.equals(before), "the timezone decides");
        write(
                "views/revenue.yaml",
                "name: revenue\nsource: orders\nwhere: region = 'EU'\npane: 1m\nmeasures:\n  orders: count()\n");
        assertTrue(!load().definitionSetId("orders").equals(zone), "the filter decides");
    }
}
