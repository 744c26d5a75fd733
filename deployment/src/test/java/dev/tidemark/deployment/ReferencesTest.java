package dev.tidemark.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.schema.Format;
import dev.tidemark.schema.SchemaRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a deployment's files take from elsewhere, and that it is shown nowhere. */
class ReferencesTest {

    private static final String JAAS =
            "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"me\" password=\"hunter2\";";

    @TempDir
    Path folder;

    @BeforeEach
    void aGoodDeployment() throws IOException {
        folder = folder.toRealPath();
        write(
                "orders.avsc",
                """
                {"type": "record", "name": "Order", "fields": [
                  {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}}]}
                """);
        write("sources/orders.yaml", "name: orders\nschema: ../orders.avsc\nevent_time: at\n");
        write("views/revenue.yaml", "name: revenue\nsource: orders\npane: 1m\nmeasures:\n  orders: count()\n");
        write(
                "secrets/shop.properties",
                "jaas=" + JAAS + "\nregistry=reader:hunter2\nbroker=secret-host:9092\nport=nope77\n");
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
    void aPropertiesFileAndTheEnvironmentGiveValues() throws IOException {
        write(
                "tidemark.yaml",
                """
                version: 1
                name: shop
                kafka:
                  bootstrap.servers: ${file:secrets/shop.properties:broker}
                  sasl.jaas.config: ${file:secrets/shop.properties:jaas}
                  client.id: at-${env:PATH}
                schema_registry:
                  url: http://registry:8081/
                  basic.auth.user.info: ${file:secrets/shop.properties:registry}
                """);
        write("sources/orders.yaml", "name: orders\nschema: ../orders.avsc\nevent_time: at\nformat: avro\n");
        Deployment deployment = load();
        assertEquals("secret-host:9092", deployment.kafka().get("bootstrap.servers"));
        assertEquals(JAAS, deployment.kafka().get("sasl.jaas.config"));
        assertEquals("at-" + System.getenv("PATH"), deployment.kafka().get("client.id"));
        assertEquals(
                new Format.ConfluentAvro(Optional.of(new SchemaRegistry(
                        "http://registry:8081", Optional.of("reader:hunter2"), "http://registry:8081/"))),
                deployment.source("orders").format());
        for (Map<String, Object> client : List.of(deployment.kafkaClient(), deployment.kafkaAdmin())) {
            assertEquals(JAAS, client.get("sasl.jaas.config"), "it reaches every client");
        }
    }

    @Test
    void noTextThatIsMadeOfADeploymentShowsASecret() throws IOException {
        write(
                "tidemark.yaml",
                """
                version: 1
                name: shop
                kafka:
                  bootstrap.servers: ${file:secrets/shop.properties:broker}
                  sasl.jaas.config: password="hunter2"
                  ssl.truststore.password: hunter2
                spark:
                  spark.authenticate.secret: hunter2
                  spark.ui.port: 4040
                schema_registry:
                  url: http://registry:8081
                  basic.auth.user.info: reader:hunter2
                """);
        write("sources/orders.yaml", "name: orders\nschema: ../orders.avsc\nevent_time: at\nformat: avro\n");
        Deployment deployment = load();
        String text = deployment.toString() + deployment.kafka() + deployment.sources();
        assertFalse(text.contains("hunter2"), text);
        assertFalse(text.contains("secret-host"), text);
        assertTrue(text.contains("spark.ui.port=4040"), text);
        assertTrue(text.contains("sasl.jaas.config=[hidden]"), text);
        assertEquals("${file:secrets/shop.properties:broker}", deployment.shownBroker());
    }

    @Test
    void aProblemWithAValueShowsTheReferenceToIt() throws IOException {
        write(
                "tidemark.yaml",
                "version: 1\nname: ${env:PATH}\nserving:\n  port: ${file:secrets/shop.properties:port}\n"
                        + "schema_registry:\n  url: ftp://me:hunter2@host\n");
        assertEquals(
                List.of(
                        "tidemark.yaml:2: name: '${env:PATH}' is no name; accepted are lower-case letters, digits and -",
                        "tidemark.yaml:4: serving.port: '${file:secrets/shop.properties:port}' is no port; accepted are 0"
                                + " (any free one) to 65535",
                        "tidemark.yaml:6: schema_registry.url: is no address of a schema registry; accepted is"
                                + " http://HOST:PORT or https://HOST:PORT, with a path if it has one, and the login in"
                                + " basic.auth.user.info"),
                problems());
    }

    @Test
    void whatAReferenceDoesNotFindIsNamed() throws IOException {
        write(
                "tidemark.yaml",
                "version: 1\nname: shop\nkafka:\n  bootstrap.servers: ${env:TIDEMARK_TEST_UNSET}\n"
                        + "  a: ${file:secrets/none.properties:x}\n  b: ${file:secrets/shop.properties:x}\n"
                        + "  c: ${vault:x}\n  d: ${env:PATH\n");
        assertEquals(
                List.of(
                        "tidemark.yaml:4: kafka.bootstrap.servers: the environment variable TIDEMARK_TEST_UNSET is not set",
                        "tidemark.yaml:5: kafka.a: the file secrets/none.properties cannot be read; a properties file with the"
                                + " key x is expected",
                        "tidemark.yaml:6: kafka.b: the file secrets/shop.properties has no key x",
                        "tidemark.yaml:7: kafka.c: '${vault:x}' is no reference; accepted are ${env:NAME} and"
                                + " ${file:PATH:KEY}",
                        "tidemark.yaml:8: kafka.d: '${env:PATH' is no reference; accepted are ${env:NAME} and"
                                + " ${file:PATH:KEY}"),
                problems());
    }

    @Test
    void aSourceIsPlainAvroWithoutARegistry() throws IOException {
        write("tidemark.yaml", "version: 1\nname: shop\n");
        String json = load().definitionSetId("orders");
        write("sources/orders.yaml", "name: orders\nschema: ../orders.avsc\nevent_time: at\nformat: avro\n");
        assertEquals(Format.AVRO, load().source("orders").format());
        String avro = load().definitionSetId("orders");
        write("tidemark.yaml", "version: 1\nname: shop\nschema_registry: {url: 'http://one'}\n");
        String confluent = load().definitionSetId("orders");
        write("tidemark.yaml", "version: 1\nname: shop\nschema_registry: {url: 'http://another'}\n");
        assertEquals(confluent, load().definitionSetId("orders"), "where a registry is decides nothing");
        assertEquals(3, List.of(json, avro, confluent).stream().distinct().count(), "the format decides");
    }

    @Test
    void anUnknownFormatIsRefused() throws IOException {
        write(
                "tidemark.yaml",
                "version: 1\nname: shop\nschema_registry: {url: 'http://one', basic: x, basic.auth.user.info: me}\n");
        write("sources/orders.yaml", "name: orders\nschema: ../orders.avsc\nevent_time: at\nformat: protobuf\n");
        assertEquals(
                List.of(
                        "tidemark.yaml:3: schema_registry.basic: is not known here; known are [basic.auth.user.info, url]",
                        "tidemark.yaml:3: schema_registry.basic.auth.user.info: has no colon; accepted is USER:PASSWORD",
                        "sources/orders.yaml:4: format: 'protobuf' is no format; accepted are json and avro"),
                problems());
    }
}
