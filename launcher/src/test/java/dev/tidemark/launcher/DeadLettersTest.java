package dev.tidemark.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.broker.SharedBroker;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.deployment.deadletter.LetterReader;
import dev.tidemark.schema.Position;
import dev.tidemark.schema.Source;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code dead-letters} against a real broker. */
class DeadLettersTest {

    private static final String GOOD = "{\"order_id\":\"%s\",\"at\":1767225600000,\"amount\":%d}";
    private static final String BAD = "{\"order_id\":\"%s\",\"at\":1767225600000,\"amount\":\"many\"}";

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private String topic;
    private Path config;
    private LetterLog log;

    @BeforeEach
    void aDeployment() throws Exception {
        topic = SharedBroker.createTopic("orders", 1);
        config = Orders.write(directory, SharedBroker.bootstrapServers(), topic);
        // The transactional id carries the deployment's name, and tests share the broker.
        Files.writeString(config, Files.readString(config).replace("name: shop", "name: " + topic));
        log = new LetterLog(topic);
    }

    @AfterEach
    void close() {
        log.close();
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        List<String> all = new ArrayList<>(List.of("-c", config.toString(), "dead-letters"));
        all.addAll(List.of(arguments));
        CommandLine tidemark = Tidemark.commandLine();
        tidemark.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return tidemark.execute(all.toArray(String[]::new));
    }

    private int redrive(String... options) throws Exception {
        int exit = run(Stream.concat(Stream.of("redrive", "--source", "orders"), Stream.of(options))
                .toArray(String[]::new));
        log.settle();
        return exit;
    }

    private JsonNode json() throws IOException {
        return new ObjectMapper().readTree(out.toString());
    }

    private String fix(String... lines) throws IOException {
        return Files.write(directory.resolve("fix.ndjson"), List.of(lines)).toString();
    }

    @Test
    void aListCountsEachPositionOnceByReasonAndView() throws Exception {
        Position twice = log.bury("a", BAD.formatted("a"), "schema");
        log.bury(twice, "a", BAD.formatted("a"), "schema");
        log.bury("b", "\u0007not json", "unreadable");
        log.bury("c", GOOD.formatted("c", 1), "expression", "sales");
        assertEquals(0, run("list"), err::toString);
        List<String> lines = out.toString().lines().toList();
        assertEquals("orders: 3 dead letters in topic " + topic + ".dlq, 0 of them sent again", lines.get(0));
        assertEquals(
                List.of(
                        "  reason      letters  redriven  views",
                        "  expression        1         0  sales 1",
                        "  schema            1         0",
                        "  unreadable        1         0"),
                lines.subList(2, 6));
        assertTrue(lines.get(7).startsWith("  partition  offset  timestamp"), out::toString);
        // A bell would ring in the terminal.
        assertTrue(out.toString().contains("  what is wrong with b   not json"), out::toString);
        assertEquals(0, run("list", "--view", "sales", "--limit", "1", "--output", "json"));
        JsonNode source = json().at("/sources/0");
        assertEquals(3, source.get("letters").asInt());
        assertEquals(1, source.get("reasons").size());
        assertEquals(1, source.get("samples").size());
        assertEquals("c", source.at("/samples/0/key").asText());
        String withoutSubcommand = out.toString();
        assertEquals(0, run("--view", "sales", "--limit", "1", "--output", "json"));
        assertEquals(withoutSubcommand, out.toString());
    }

    @Test
    void ofASourceWithoutSuchATopicThereIsNothing() throws Exception {
        Orders.write(directory, SharedBroker.bootstrapServers(), SharedBroker.createTopic("quiet", 1));
        assertEquals(0, run("list"), err::toString);
        assertTrue(out.toString().startsWith("orders: 0 dead letters in topic quiet-"), out::toString);
        assertEquals(0, redrive("--where", "all"), err::toString);
        assertEquals("orders: 0 sent again, 0 had been before, 0 refused\n", out.toString());
    }

    @Test
    void wrongOptionsSayWhatIsAccepted() throws Exception {
        assertEquals(2, run("list", "--reason", "shema"));
        assertTrue(err.toString().startsWith("tidemark: --reason is 'shema'; did you mean 'schema'?\n"), err::toString);
        assertEquals(2, run("list", "--limit", "101"));
        assertTrue(err.toString().contains("--limit is 101; a number from 0 to 100 is expected"), err::toString);
        assertEquals(2, run("list", "--source", "order"));
        assertTrue(err.toString().contains("--source is 'order'; " + config + " has [orders]"), err::toString);
        assertEquals(2, redrive());
        assertTrue(err.toString().contains("--where or --fix is missing"), err::toString);
        assertEquals(2, redrive("--where", "ofset=3"));
        assertTrue(err.toString().contains("did you mean 'offset'?"), err::toString);
    }

    @Test
    void aCorrectedEventIsSentOnceWithItsKeyAndItsOwnHeadersAndIsMarked() throws Exception {
        Position bad = log.bury("a", BAD.formatted("a"), "schema");
        log.bury(bad, "a", BAD.formatted("a"), "schema");
        log.bury("b", "not json", "unreadable");
        String file =
                fix("{\"partition\":0,\"offset\":%d,\"value\":%s}".formatted(bad.offset(), GOOD.formatted("a", 7)));

        assertEquals(0, redrive("--fix", file), err::toString);
        assertEquals(
                "orders: 1 sent again, 0 had been before, 0 refused\nat_least={\"" + topic + "\":{\"0\":3}}\n",
                out.toString());
        assertEquals(List.of(GOOD.formatted("a", 7)), log.redriven());
        ConsumerRecord<byte[], byte[]> event = log.events().get(2);
        assertEquals("a", LetterLog.text(event.key()));
        assertEquals(
                List.of("trace=of a", "tidemark.redriven_from=" + bad),
                Stream.of(event.headers().toArray())
                        .map(header -> header.key() + "=" + LetterLog.text(header.value()))
                        .toList());
        assertEquals(List.of(bad.toString()), log.marks());

        assertEquals(0, redrive("--fix", file, "--output", "json"), err::toString);
        assertEquals(0, json().get("sent").asInt());
        assertEquals(1, json().get("already").asInt());
        assertEquals(List.of(GOOD.formatted("a", 7)), log.redriven());
        assertEquals(0, run("list", "--output", "json"));
        assertEquals(1, json().at("/sources/0/redriven").asInt());
        assertEquals(
                "{\"letters\":1,\"reason\":\"schema\",\"redriven\":1,\"views\":{}}",
                json().at("/sources/0/reasons/0").toString());
    }

    @Test
    void whatIsStillMalformedIsRefusedAndTheOthersAreSent() throws Exception {
        Position one = log.bury("a", BAD.formatted("a"), "schema");
        Position other = log.bury("b", BAD.formatted("b"), "schema");
        String file = fix(
                "{\"partition\":0,\"offset\":%d,\"value\":%s}".formatted(one.offset(), BAD.formatted("a")),
                "",
                "{\"partition\":0,\"offset\":%d,\"value\":%s}".formatted(other.offset(), GOOD.formatted("b", 2)),
                "{\"partition\":0,\"offset\":77,\"value\":{}}");
        assertEquals(1, redrive("--fix", file));
        assertEquals(
                "orders: 1 sent again, 0 had been before, 2 refused",
                out.toString().lines().findFirst().orElse(""));
        assertEquals(List.of(GOOD.formatted("b", 2)), log.redriven());
        List<String> told = err.toString().lines().toList();
        assertTrue(
                told.get(0)
                        .startsWith("partition 0 offset " + one.offset() + ": the value of " + file
                                + ":1 is still malformed: amount"),
                err::toString);
        assertEquals(file + ":4: there is no dead letter of partition 0 offset 77 in log " + one.log(), told.get(1));
    }

    @Test
    void aFileWithAWrongLineSendsNothing() throws Exception {
        Position bad = log.bury("a", BAD.formatted("a"), "schema");
        String right = "{\"partition\":0,\"offset\":%d,\"value\":%s}".formatted(bad.offset(), GOOD.formatted("a", 7));
        String file = fix(
                right,
                "not json",
                "{\"offset\":1,\"value\":{}}",
                "{\"partition\":0,\"offset\":-1,\"value\":{}}",
                "{\"partition\":0,\"offset\":1}",
                "{\"partition\":0,\"offset\":1,\"valeu\":{}}",
                "{\"partition\":0,\"offset\":1,\"value_base64\":\"%\"}",
                right);
        assertEquals(1, redrive("--fix", file));
        List<String> told = err.toString().lines().toList();
        assertEquals("tidemark: nothing was sent:", told.get(0));
        assertTrue(told.get(1).startsWith(file + ":2 is no JSON: "), err::toString);
        assertEquals(file + ":3 has partition not at all; a whole number from 0 on is expected", told.get(2));
        assertEquals(file + ":4 has offset -1; a whole number from 0 on is expected", told.get(3));
        assertEquals(
                file + ":5 has no value; exactly one of [value, value_text, value_base64] is expected", told.get(4));
        assertEquals(file + ":6 has the field 'valeu'; did you mean 'value'?", told.get(5));
        assertTrue(told.get(6).startsWith(file + ":7 has a value_base64 that is no base64: "), err::toString);
        assertEquals(
                file + ":8 corrects partition 0 offset " + bad.offset() + ", as an earlier line does", told.get(7));
        assertEquals(List.of(), log.redriven());
    }

    @Test
    void whatIsExportedCanBeCorrectedAndSent() throws Exception {
        log.bury("a", BAD.formatted("a").replace("1767225600000", "1767225600000.10"), "schema");
        log.bury("b", "not json", "unreadable");
        assertEquals(0, run("export", "--source", "orders", "--where", "all"), err::toString);
        String[] lines = out.toString().lines().toArray(String[]::new);
        assertTrue(lines[0].contains("\"at\":1767225600000.10"), out::toString);
        assertTrue(lines[0].contains("\"reason\":\"schema\""), out::toString);
        assertTrue(lines[1].endsWith("\"value_text\":\"not json\"}"), out::toString);
        lines[0] = lines[0].replace("\"many\"", "3").replace("000.10", "000");
        lines[1] = lines[1].replace("\"value_text\":\"not json\"", "\"value\":" + GOOD.formatted("b", 4));
        assertEquals(0, redrive("--fix", fix(lines)), err::toString);
        assertEquals(List.of(GOOD.formatted("a", 3), GOOD.formatted("b", 4)), log.redriven());
        assertEquals(0, run("export", "--source", "orders", "--where", "all"), err::toString);
        assertEquals("", out.toString());
    }

    @Test
    void withoutAFixOnlyWhatIsWellFormedByNowIsSent() throws Exception {
        long now = System.currentTimeMillis();
        // Too far ahead when it was recorded, two days ago, and no more.
        Position early = log.send("a", "{\"order_id\":\"a\",\"at\":%d,\"amount\":1}".formatted(now));
        log.bury(
                early,
                "a",
                "{\"order_id\":\"a\",\"at\":%d,\"amount\":1}".formatted(now),
                "too_far_ahead",
                now - 172_800_000);
        log.bury("b", BAD.formatted("b"), "schema");
        assertEquals(1, redrive("--where", "all"));
        assertEquals(List.of("{\"order_id\":\"a\",\"at\":%d,\"amount\":1}".formatted(now)), log.redriven());
        assertTrue(err.toString().contains("partition 0 offset 1: it is still malformed: amount"), err::toString);
    }

    @Test
    void whatTheFilesCountByNowWhereItIsIsNotSentAgain() throws Exception {
        log.bury("a", GOOD.formatted("a", 1), "schema");
        assertEquals(1, redrive("--where", "reason=schema"));
        assertTrue(
                err.toString()
                        .contains("partition 0 offset 0: it is well-formed by the files as they are now: `tidemark"
                                + " archive` judges it again"),
                err::toString);
        assertEquals(List.of(), log.redriven());
    }

    @Test
    void whatOtherViewsCountIsNotSentAgain() throws Exception {
        Position counted = log.bury("a", GOOD.formatted("a", 1), "expression", "sales");
        assertEquals(1, redrive("--where", "reason=expression"));
        assertTrue(err.toString().contains("sent again, it would count twice there"), err::toString);
        assertEquals(1, redrive("--where", "view=sales"));
        String fix = "{\"partition\":0,\"offset\":%d,\"value\":%s}".formatted(counted.offset(), GOOD.formatted("a", 7));
        assertEquals(1, redrive("--fix", fix(fix)));
        assertTrue(err.toString().contains("it would count twice there"), err::toString);
        assertEquals(0, redrive("--where", "all"));
        assertTrue(out.toString().contains("0 refused; 1 of reason expression stay where they are"), out::toString);
        assertEquals(List.of(), log.redriven());
    }

    @Test
    void aValueThatWasLeftOutHasToBeGiven() throws Exception {
        Position large = log.send("a", "as if it were large");
        log.bury(large, "a", null, "schema");
        assertEquals(1, redrive("--where", "all"));
        assertTrue(err.toString().contains("the record is too large, and was not copied"), err::toString);
        String larger = "{\"partition\":0,\"offset\":0,\"value_text\":\"%s\"}".formatted("x".repeat(16 << 20));
        assertEquals(1, redrive("--fix", fix(larger)));
        assertTrue(
                err.toString().contains("its value has 16,777,216 bytes; at most 15,728,640 are sent"), err::toString);
        String fix = "{\"partition\":0,\"offset\":0,\"value\":%s}".formatted(GOOD.formatted("a", 7));
        assertEquals(0, redrive("--fix", fix(fix)), err::toString);
        assertEquals(List.of(GOOD.formatted("a", 7)), log.redriven());
    }

    @Test
    void whatWouldBeExcludedAsLateIsNotSent() throws Exception {
        Path source = directory.resolve("sources/orders.yaml");
        Files.writeString(source, Files.readString(source) + "late_events: exclude\n");
        Position bad = log.bury("a", BAD.formatted("a"), "schema");
        String fix = "{\"partition\":0,\"offset\":%d,\"value\":%s}".formatted(bad.offset(), GOOD.formatted("a", 7));
        assertEquals(1, redrive("--fix", fix(fix)));
        assertTrue(
                err.toString()
                        .contains(
                                "sent now it is late, recorded more than `allowed_lateness` 1h after its event time, and"
                                        + " does not count, since `late_events` of source orders is exclude"),
                err::toString);
        assertEquals(List.of(), log.redriven());
    }

    @Test
    void aDryRunSaysWhatItWouldSendAndSendsNothing() throws Exception {
        Position bad = log.bury("a", BAD.formatted("a"), "schema");
        String fix = "{\"partition\":0,\"offset\":%d,\"value\":%s}".formatted(bad.offset(), GOOD.formatted("a", 7));
        assertEquals(0, redrive("--fix", fix(fix), "--dry-run"), err::toString);
        assertEquals("orders: 1 would be sent again, 0 had been before, 0 refused\n", out.toString());
        assertEquals(List.of(), log.redriven());
        assertEquals(1, log.uncommittedEnd());
    }

    @Test
    void aCorrectionOfAnAvroEventIsEncoded() throws Exception {
        Path source = directory.resolve("sources/orders.yaml");
        Files.writeString(source, Files.readString(source).replace("format: json", "format: avro"));
        Position one = log.bury("a", "not avro", "unreadable");
        Position other = log.bury("b", "not avro", "unreadable");
        String file = fix(
                "{\"partition\":0,\"offset\":%d,\"value\":%s}".formatted(one.offset(), GOOD.formatted("a", 3)),
                "{\"partition\":0,\"offset\":%d,\"value\":%s}".formatted(other.offset(), BAD.formatted("b")));
        assertEquals(1, redrive("--fix", file));
        assertTrue(err.toString().contains(":2 is still malformed: amount"), err::toString);
        byte[] value = log.events().get(2).value();
        assertEquals(2, value[0]);
        assertEquals('a', value[1]);
        assertEquals(1, log.redriven().size());
    }

    @Tag("thorough")
    @Test
    void manyEventsTakeSeveralTransactionsAndEachIsSentOnce() throws Exception {
        List<String> lines = new ArrayList<>();
        String id = log();
        for (int i = 0; i < 1_200; i++) {
            log.bury(new Position(id, 0, i), "k" + i, BAD.formatted("k" + i), "schema");
            lines.add("{\"partition\":0,\"offset\":%d,\"value\":%s}".formatted(i, GOOD.formatted("k" + i, i)));
        }
        assertEquals(0, redrive("--fix", fix(lines.toArray(String[]::new))), err::toString);
        assertEquals(
                IntStream.range(0, 1_200)
                        .mapToObj(i -> GOOD.formatted("k" + i, i))
                        .toList(),
                log.redriven());
        assertEquals(1_200, log.marks().size());
        // Three transactions leave three markers.
        assertEquals(1_203, log.uncommittedEnd());
    }

    private String log() {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", SharedBroker.bootstrapServers()))) {
            return SourceLog.of(admin, topic).id();
        }
    }

    @Test
    void aRunThatDiesBeforeItsCommitHasSentNothingAndTheNextSendsAll() throws Exception {
        Position bad = log.bury("a", BAD.formatted("a"), "schema");
        String fix = "{\"partition\":0,\"offset\":%d,\"value\":%s}".formatted(bad.offset(), GOOD.formatted("a", 7));
        Process victim = victim("before", bad);
        try {
            Await.until("its event is in the log, uncommitted", () -> log.uncommittedEnd() == 2);
            Await.until("its mark too", () -> victim.inputReader().readLine().equals("written"));
            assertEquals(List.of(), log.redriven());
        } finally {
            victim.destroyForcibly().waitFor();
        }
        assertEquals(0, redrive("--fix", fix(fix)), err::toString);
        assertEquals(List.of(GOOD.formatted("a", 7)), log.redriven());
        assertEquals(List.of(bad.toString()), log.marks());
    }

    @Tag("thorough")
    @Test
    void aRunThatDiesAfterItsCommitHasSentAllAndTheNextSendsNothing() throws Exception {
        Position bad = log.bury("a", BAD.formatted("a"), "schema");
        String fix = "{\"partition\":0,\"offset\":%d,\"value\":%s}".formatted(bad.offset(), GOOD.formatted("a", 7));
        Process victim = victim("after", bad);
        try {
            Await.until(
                    "it has committed", () -> victim.inputReader().readLine().equals("committed"));
        } finally {
            victim.destroyForcibly().waitFor();
        }
        assertEquals(0, redrive("--fix", fix(fix)), err::toString);
        assertTrue(out.toString().startsWith("orders: 0 sent again, 1 had been before"), out::toString);
        assertEquals(List.of("by the victim"), log.redriven());
    }

    /** A process that sends one event again as {@code redrive} does, and then waits to be killed. */
    private Process victim(String when, Position position) throws IOException {
        List<String> command = TinyProcess.java();
        command.addAll(List.of(
                // Kafka's clients want more than nothing.
                "-Xmx128m",
                "-Dlogback.configurationFile=logback-launcher.xml",
                RedriveVictim.class.getName(),
                config.toString(),
                when,
                position.toString()));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    @Test
    void aSecondRunEndsTheFirst() throws Exception {
        Position bad = log.bury("a", BAD.formatted("a"), "schema");
        Deployment deployment = DeploymentLoader.load(config);
        Source source = deployment.source("orders");
        assertEquals(0, redrive("--where", "offset>1000"), err::toString);
        try (RedriveTransactions first = RedriveTransactions.open(deployment, source, new SourceLog(bad.log(), 1))) {
            first.write(RedriveVictim.events(deployment, source));
            String fix = "{\"partition\":0,\"offset\":%d,\"value\":%s}".formatted(bad.offset(), GOOD.formatted("a", 7));
            assertEquals(0, redrive("--fix", fix(fix)), err::toString);
            RefusedException fenced = Assertions.assertThrows(RefusedException.class, first::commit);
            assertTrue(
                    fenced.getMessage().startsWith("another redrive of source orders has begun, which ends this one"),
                    fenced::getMessage);
        }
        assertEquals(List.of(GOOD.formatted("a", 7)), log.redriven());
        try (LetterReader reader = new LetterReader(deployment)) {
            assertTrue(reader.marks(topic).contains(bad));
        }
    }
}
