package dev.tidemark.deployment.deadletter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.deployment.deadletter.LetterReport.OfReason;
import dev.tidemark.deployment.deadletter.LetterReport.Sample;
import dev.tidemark.schema.DeadLetter;
import dev.tidemark.schema.Position;
import dev.tidemark.schema.RecordOrigin;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

/** What the records of the two topics add up to. */
class LetterCountsTest {

    private static final LetterFilter ALL = new LetterFilter(Optional.empty(), Optional.empty(), 100);

    private final LetterCounts counts = new LetterCounts();

    private static Position at(int partition, long offset) {
        return new Position("log", partition, offset);
    }

    private void add(Position position, String reason, String... views) {
        add(position, reason, "not an order".getBytes(StandardCharsets.UTF_8), views);
    }

    private void add(Position position, String reason, byte[] value, String... views) {
        RecordOrigin origin = new RecordOrigin("orders", position, 1_000 + position.offset());
        RecordHeaders headers = new RecordHeaders();
        headers.add("trace", new byte[] {1});
        new DeadLetter(origin, reason, "amount lacks", List.of(views)).headers().forEach(headers::add);
        counts.add(record("orders.dlq", null, value, headers));
    }

    private void mark(Position original) {
        ProducerRecord<byte[], byte[]> mark = new RedriveMark(original, at(0, 999), Instant.EPOCH).record("orders");
        counts.mark(record(mark.topic(), mark.key(), mark.value(), new RecordHeaders()));
    }

    private static ConsumerRecord<byte[], byte[]> record(
            String topic, byte[] key, byte[] value, RecordHeaders headers) {
        return new ConsumerRecord<>(
                topic, 0, 0, 0, TimestampType.CREATE_TIME, 0, 0, key, value, headers, Optional.empty());
    }

    @Test
    void aPositionCountsOnceHoweverOftenItComesAndOneOfAnotherLogIsAnother() {
        add(at(0, 1), "schema");
        add(at(1, 1), "schema");
        add(at(0, 1), "schema");
        add(at(0, 1), "expression", "revenue");
        add(new Position("another", 0, 1), "schema");
        assertEquals(
                List.of(new OfReason("schema", 3, 0, Map.of())),
                counts.report(ALL).reasons());
        assertEquals(3, counts.report(ALL).letters());
    }

    @Test
    void viewsAreCountedWithinTheirReason() {
        add(at(0, 1), "expression", "revenue", "average");
        add(at(0, 2), "expression", "revenue");
        add(at(0, 3), "unreadable");
        assertEquals(
                List.of(
                        new OfReason("expression", 2, 0, Map.of("average", 1L, "revenue", 2L)),
                        new OfReason("unreadable", 1, 0, Map.of())),
                counts.report(ALL).reasons());
        LetterReport average = counts.report(new LetterFilter(Optional.empty(), Optional.of("average"), 10));
        assertEquals(List.of(new OfReason("expression", 2, 0, Map.of("average", 1L))), average.reasons());
        assertEquals(List.of(1L), offsets(average));
        LetterReport unreadable = counts.report(new LetterFilter(Optional.of("unreadable"), Optional.empty(), 10));
        assertEquals(List.of(3L), offsets(unreadable));
        assertEquals(3, unreadable.letters());
    }

    @Test
    void marksCountWhetherTheyAreReadBeforeOrAfterWhatTheyMark() {
        mark(at(0, 2));
        add(at(0, 1), "schema");
        add(at(0, 2), "schema");
        add(at(0, 3), "schema");
        mark(at(0, 3));
        mark(at(0, 3));
        mark(at(7, 7));
        LetterReport report = counts.report(ALL);
        assertEquals(List.of(new OfReason("schema", 3, 2, Map.of())), report.reasons());
        assertEquals(2, report.redriven());
        assertEquals(
                List.of(true, true, false),
                report.samples().stream().map(Sample::redriven).toList());
    }

    @Test
    void ofManyOnlyTheNewestOfEachReasonAreKept() {
        for (long offset = 5_000; offset > 0; offset--) {
            add(at(0, offset), "schema");
        }
        add(at(0, 0), "empty");
        LetterReport report = counts.report(ALL);
        assertEquals(5_001, report.letters());
        assertEquals(100, report.samples().size());
        assertEquals(List.of(5_000L, 4_999L), offsets(report).subList(0, 2));
        assertEquals(4_901L, offsets(report).get(99));
        assertEquals(List.of(0L), offsets(counts.report(new LetterFilter(Optional.of("empty"), Optional.empty(), 5))));
        assertEquals(
                3,
                counts.report(new LetterFilter(Optional.empty(), Optional.empty(), 3))
                        .samples()
                        .size());
    }

    @Test
    void recordsThatAreNoDeadLettersAreCountedApart() {
        counts.add(record("orders.dlq", null, new byte[] {1}, new RecordHeaders()));
        counts.mark(record("orders.dlq.redriven", null, null, new RecordHeaders()));
        counts.mark(record("orders.dlq.redriven", new byte[] {1}, null, new RecordHeaders()));
        assertEquals(1, counts.report(ALL).foreign());
        assertEquals(0, counts.report(ALL).letters());
    }

    @Test
    void aValueIsShownAsTextIfItIsTextAndInBase64IfNot() {
        add(at(0, 1), "schema", "né\n".getBytes(StandardCharsets.UTF_8));
        add(at(0, 2), "unreadable", new byte[] {(byte) 0xff, 0});
        add(at(0, 3), "empty", (byte[]) null);
        List<Sample> samples = counts.report(ALL).samples();
        assertEquals(Optional.empty(), samples.get(0).letter().value());
        assertEquals(
                Optional.of(new ShownBytes("/wA=", false, 2)),
                samples.get(1).letter().value());
        assertEquals(
                Optional.of(new ShownBytes("né\n", true, 4)),
                samples.get(2).letter().value());
        assertEquals("/wA=", samples.get(1).letter().toJson(false).get("value_base64"));
        assertEquals(2, samples.get(1).letter().toJson(false).get("value_bytes"));
    }

    @Test
    void aLongValueIsCutBetweenCharacters() {
        // 1,023 one-byte characters and then one of two bytes, which the cut would split.
        byte[] value = ("x".repeat(1_023) + "é".repeat(10)).getBytes(StandardCharsets.UTF_8);
        ShownBytes shown = ShownBytes.of(value);
        assertTrue(shown.isText());
        assertEquals("x".repeat(1_023), shown.text());
        assertEquals(1_043, shown.length());
        assertFalse(ShownBytes.of("é".getBytes(StandardCharsets.ISO_8859_1)).isText());
    }

    private static List<Long> offsets(LetterReport report) {
        return report.samples().stream()
                .map(sample -> sample.letter().position().offset())
                .toList();
    }
}
