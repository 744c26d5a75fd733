package dev.tidemark.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.broker.LocalSchemaRegistry;
import dev.tidemark.schema.Judged.Malformed;
import dev.tidemark.schema.Judged.Reason;
import dev.tidemark.schema.Judged.WellFormed;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.avro.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Confluent's wire format against a registry over HTTP. */
class ConfluentEventsTest {

    private static final String AT =
            "{\"name\":\"at\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}}";
    private static final Schema SCHEMA =
            AvroEventsTest.schema(AT, "{\"name\":\"region\",\"type\":\"string\",\"default\":\"none\"}");
    private static final byte[] LINE = "{\"at\":1769857200000,\"region\":\"EU\"}".getBytes(StandardCharsets.UTF_8);

    private final LocalSchemaRegistry registry = LocalSchemaRegistry.start();

    @AfterEach
    void stop() {
        registry.close();
    }

    private Format format(String... login) {
        return new Format.ConfluentAvro(Optional.of(
                new SchemaRegistry(registry.url(), Optional.ofNullable(login.length == 0 ? null : login[0]), "here")));
    }

    private Judged judge(byte[] value) {
        return new Judge(AvroEventsTest.source(SCHEMA, format())).judge(value, 1769857200000L);
    }

    private static byte[] value(int id, Schema writer, byte[] line) {
        return new AvroEventWriter(writer, ConfluentEvents.header(id)).write(line);
    }

    private static void bad(Reason reason, String message, Judged judged) {
        assertTrue(judged instanceof Malformed, judged::toString);
        assertEquals(reason, ((Malformed) judged).reason(), judged::toString);
        assertTrue(((Malformed) judged).message().contains(message), judged::toString);
    }

    private static Object region(Judged judged) {
        assertTrue(judged instanceof WellFormed, judged::toString);
        return ((WellFormed) judged).event().get(1);
    }

    @Test
    void eachEventIsReadByTheSchemaThatItNames() {
        Schema older = AvroEventsTest.schema("{\"name\":\"more\",\"type\":\"string\",\"default\":\"\"}", AT);
        int first = registry.register(older.toString());
        int second = registry.register(SCHEMA.toString());
        assertEquals("EU", region(judge(value(second, SCHEMA, LINE))));
        assertEquals("none", region(judge(value(first, older, LINE))));
    }

    @Test
    void aSchemaIsAskedForOnce() {
        int id = registry.register(SCHEMA.toString());
        judge(value(id, SCHEMA, LINE));
        judge(value(id, SCHEMA, LINE));
        assertEquals(1, registry.requests().size(), registry.requests()::toString);
    }

    @Test
    void whatHasNoHeaderOrAnUnknownIdIsUnreadable() {
        bad(Reason.UNREADABLE, "not in Confluent's wire format: it begins with byte 123", judge(LINE));
        bad(Reason.UNREADABLE, "not in Confluent's wire format", judge(new byte[] {0, 1}));
        bad(Reason.UNREADABLE, "the schema registry knows no schema of id 77", judge(value(77, SCHEMA, LINE)));
        int asked = registry.requests().size();
        bad(Reason.UNREADABLE, "knows no schema of id 77", judge(value(77, SCHEMA, LINE)));
        assertEquals(asked, registry.requests().size(), "it is not asked again at once");
    }

    @Test
    void aSchemaThatCannotBeResolvedOrIsNoneOfAvrosIsMalformed() {
        ObjectNode other =
                new ObjectMapper().createObjectNode().put("schema", "{}").put("schemaType", "JSON");
        bad(Reason.SCHEMA, "is of type JSON; expected is AVRO", judge(value(registry.register(other), SCHEMA, LINE)));
        Schema without = AvroEventsTest.schema("{\"name\":\"region\",\"type\":\"string\"}");
        bad(
                Reason.SCHEMA,
                "missing required field at",
                judge(value(registry.register(without.toString()), without, LINE)));
        bad(Reason.SCHEMA, "is no Avro schema", judge(value(registry.register("{\"type\":\"x\"}"), SCHEMA, LINE)));
    }

    @Test
    void referencesToOtherSubjectsAreFollowed() throws Exception {
        registry.register("common value", 3, "{\"type\":\"enum\",\"name\":\"Region\",\"symbols\":[\"EU\",\"US\"]}");
        ObjectNode answer = (ObjectNode) new ObjectMapper()
                .readTree("{\"references\":[{\"name\":\"Region\",\"subject\":\"common value\",\"version\":3}]}");
        answer.put(
                "schema",
                "{\"type\":\"record\",\"name\":\"Event\",\"fields\":[" + AT
                        + ",{\"name\":\"region\",\"type\":\"Region\"}]}");
        Schema inlined = AvroEventsTest.schema(
                AT,
                "{\"name\":\"region\",\"type\":{\"type\":\"enum\",\"name\":\"Region\",\"symbols\":[\"EU\",\"US\"]}}");
        Schema reader = inlined;
        Judged judged = new Judge(AvroEventsTest.source(reader, format()))
                .judge(value(registry.register(answer), inlined, LINE), 1769857200000L);
        assertEquals("EU", region(judged));
    }

    @Test
    void aRegistryThatIsAwayIsWaitedFor() throws Exception {
        int id = registry.register(SCHEMA.toString());
        registry.answerOnly(503);
        CompletableFuture<Judged> judged = CompletableFuture.supplyAsync(() -> judge(value(id, SCHEMA, LINE)));
        while (registry.requests().size() < 3) {
            Thread.onSpinWait();
        }
        assertFalse(judged.isDone());
        registry.answerOnly(0);
        assertEquals("EU", region(judged.get()));
    }

    @Test
    void aRegistryThatStaysAwayFailsTheRunAndMakesNothingMalformed() {
        int id = registry.register(SCHEMA.toString());
        RegistryClient client = new RegistryClient(
                new SchemaRegistry(registry.url(), Optional.of("me:secret-of-mine"), "${env:REGISTRY}"),
                Duration.ofMillis(300));
        // 404 by something that is no registry says nothing of the schema.
        for (int status : new int[] {404, 500, 503}) {
            registry.answerOnly(status);
            SchemaRegistryException failure = assertThrows(SchemaRegistryException.class, () -> client.schema(id));
            assertTrue(
                    failure.getMessage()
                            .startsWith("the schema registry ${env:REGISTRY} does not answer as one (" + status),
                    failure.getMessage());
        }
        registry.close();
        SchemaRegistryException failure = assertThrows(SchemaRegistryException.class, () -> client.schema(id));
        assertTrue(failure.getMessage().contains("ConnectException"), failure.getMessage());
    }

    @Test
    void theLoginIsSentAndShownNowhere() {
        registry.requireLogin("me:secret-of-mine");
        int id = registry.register(SCHEMA.toString());
        byte[] value = value(id, SCHEMA, LINE);
        Source allowed = AvroEventsTest.source(SCHEMA, format("me:secret-of-mine"));
        assertEquals("EU", region(new Judge(allowed).judge(value, 1769857200000L)));
        assertFalse(allowed.toString().contains("secret-of-mine"), allowed::toString);
        Judge refused = new Judge(AvroEventsTest.source(SCHEMA, format("me:another-secret")));
        SchemaRegistryException failure =
                assertThrows(SchemaRegistryException.class, () -> refused.judge(value, 1769857200000L));
        assertTrue(
                failure.getMessage().startsWith("the schema registry here refuses the login (401"),
                failure::getMessage);
        assertFalse(failure.getMessage().contains("another-secret"), failure::getMessage);
    }

    @Test
    void aWriterRegistersItsSchemaUnderTheTopicsSubject() {
        byte[] value = format().writer(SCHEMA, "orders").write(LINE);
        assertEquals("POST /subjects/orders-value/versions", registry.requests().get(0));
        assertEquals("EU", region(judge(value)));
        byte[] line = "no event".getBytes(StandardCharsets.UTF_8);
        assertTrue(format().writer(SCHEMA, "orders").write(line) == line);
        registry.answerOnly(409);
        SchemaRegistryException refusal =
                assertThrows(SchemaRegistryException.class, () -> format().writer(SCHEMA, "orders"));
        assertTrue(
                refusal.getMessage()
                        .startsWith("the schema registry here refuses the schema under subject orders-value: 409"),
                refusal.getMessage());
    }

    @Test
    void whatIsNoAddressIsRefusedWithoutRepeatingIt() {
        for (String url :
                new String[] {"registry:8081", "ftp://me:pw@host", "http://me:pw@host", "http://h:8081/a b"}) {
            IllegalArgumentException refusal =
                    assertThrows(IllegalArgumentException.class, () -> new SchemaRegistry(url, Optional.empty(), url));
            assertFalse(refusal.getMessage().contains("pw"), refusal.getMessage());
        }
        assertEquals("http://h:1/api", new SchemaRegistry("http://h:1/api/", Optional.empty(), "").url());
        assertThrows(
                IllegalArgumentException.class, () -> new SchemaRegistry("http://h", Optional.of("me"), "http://h"));
    }
}
