package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.DeadLetter;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;

/** Holds a source's dead letters against what was sent. */
final class SentDeadLetters {

    private final Deployment deployment;
    private final String source;
    private final String topic;
    private final TopicLog<? extends SentRecord> log;

    SentDeadLetters(Deployment deployment, String source, TopicLog<? extends SentRecord> log) {
        this.deployment = deployment;
        this.source = source;
        this.topic = deployment.source(source).topic();
        this.log = log;
    }

    /** Each that a view does not count for what is wrong with it is copied as it was sent, and nothing else is. */
    void areCopied() {
        Map<Place, String> expected = places(SentRecord::deadLetter);
        Conditions.await("a copy of each dead letter of " + source, () -> {
            Set<Place> found = new HashSet<>();
            read(copy -> found.add(Place.of(letter(copy).origin().position())));
            return found.size() >= expected.size();
        });
        Map<Place, String> found = new TreeMap<>();
        read(copy -> {
            DeadLetter letter = letter(copy);
            Place place = Place.of(letter.origin().position());
            found.put(place, letter.reason());
            SentRecord record = log.partitions().get(place.partition()).get(place.offset());
            isCopy(record, letter, copy);
        });
        assertEquals(expected, found);
    }

    private void read(Consumer<ConsumerRecord<byte[], byte[]>> copy) {
        Copies.read(deployment, DeadLetter.topic(topic), copy);
    }

    private static DeadLetter letter(ConsumerRecord<byte[], byte[]> copy) {
        return DeadLetter.of(Copies.headers(copy));
    }

    private void isCopy(SentRecord record, DeadLetter letter, ConsumerRecord<byte[], byte[]> copy) {
        assertEquals(letter.origin().position().partition(), copy.partition());
        assertEquals(topic, letter.origin().topic());
        assertEquals(record.sent().timestamp(), letter.origin().timestamp(), record::toString);
        assertArrayEquals(record.sent().key(), copy.key(), record::toString);
        assertArrayEquals(record.sent().value(), copy.value(), record::toString);
        assertEquals(others(record.sent().headers()), others(copy.headers()), record::toString);
    }

    /** Headers that are none of Tidemark's. */
    private static List<String> others(Headers headers) {
        return Arrays.stream(headers.toArray())
                .filter(header -> !header.key().startsWith("tidemark."))
                .map(header -> header.key() + "=" + Arrays.toString(header.value()))
                .toList();
    }

    /**
     * They are in the table of dead letters with their values: a malformed one once, and one that fails expressions once
     * for each view that it fails.
     *
     * @param views the source's views
     */
    void areInTheTable(List<String> views) throws Exception {
        List<String> expected = new ArrayList<>();
        log.partitions()
                .forEach((partition, records) -> records.forEach((offset, record) -> {
                    String letter = "%d %d %%s %s"
                            .formatted(partition, offset, md5(record.sent().value()));
                    record.malformed().ifPresent(reason -> expected.add(letter.formatted(reason + " null")));
                    views.stream()
                            .filter(view -> record.bucket(view) == Bucket.FAILED)
                            .forEach(view -> expected.add(letter.formatted(DeadLetter.EXPRESSION + " " + view)));
                }));
        try (DuckDb duck = new DuckDb()) {
            List<String> found = duck
                    .rows("select partition, \"offset\", reason, \"view\", md5(value) from "
                            + new DeltaTable(deployment.warehouse().deadLetters()).rows() + " where source = '" + source
                            + "'")
                    .stream()
                    .map(row -> String.join(" ", row))
                    .sorted()
                    .toList();
            assertEquals(expected.stream().sorted().toList(), found);
        }
    }

    private static String md5(byte[] value) {
        try {
            return value == null
                    ? "null"
                    : HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(value));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** What is known of records, by their places; those of which it is empty are left out. */
    private Map<Place, String> places(Function<SentRecord, Optional<String>> known) {
        Map<Place, String> places = new TreeMap<>();
        log.partitions()
                .forEach((partition, records) -> records.forEach((offset, record) ->
                        known.apply(record).ifPresent(text -> places.put(new Place(partition, offset), text))));
        return places;
    }
}
