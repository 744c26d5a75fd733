package dev.tidemark.launcher;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.broker.SharedBroker;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.schema.Source;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shop's events on a real broker. */
class ShopExampleTest {

    private static final Map<String, Object> KAFKA = Map.of("bootstrap.servers", SharedBroker.bootstrapServers());
    private static final int PARTITIONS = 3;
    private static final Duration ALLOWED_LATENESS = Duration.ofHours(1);
    private static final Pattern PAYMENT = Pattern.compile("\"payment_id\":\"[^\"]*\"");

    private final Example example = new ShopExample();

    @TempDir
    Path directory;

    private Deployment deployment;

    /** A copy with few events, and topics of its own. */
    @BeforeEach
    void aShop() throws Exception {
        Path config =
                new ExampleFolder(example, Path.of("..", "examples", "shop"), directory).install(Optional.empty());
        edit("shop.args", "--rate=0.5", "--rate=0.01");
        for (String source : List.of("clicks", "orders", "payments")) {
            String topic = SharedBroker.createTopic(source, PARTITIONS);
            edit("sources/" + source + ".yaml", "topic: " + source, "topic: " + topic);
        }
        String kafka = "\nkafka:\n  bootstrap.servers: " + SharedBroker.bootstrapServers() + "\n";
        Files.writeString(config, kafka, StandardOpenOption.APPEND);
        deployment = DeploymentLoader.load(config);
    }

    private void edit(String file, String text, String by) throws IOException {
        String found = Files.readString(directory.resolve(file));
        assertTrue(found.contains(text), found);
        Files.writeString(directory.resolve(file), found.replace(text, by));
    }

    @Test
    void howeverOftenItIsInterruptedTheTopicsHoldItsFirstEventsOnceAndInOrder() throws Exception {
        for (int number : List.of(1_000, 1, 3_000, 500)) {
            playUntilItIsInterrupted(number);
        }
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> log = log();
        assertEquals(4_501, log.values().stream().mapToInt(List::size).sum());

        Resumption partitions = new Resumption(ends());
        Map<TopicPartition, Integer> compared = new HashMap<>();
        try (ExampleEvents events = example.events(deployment)) {
            for (int number = 0; number < 4_501; number++) {
                ExampleEvent event = events.next().orElseThrow();
                TopicPartition partition = partitions.partition(event);
                int index = compared.merge(partition, 1, Integer::sum) - 1;
                assertIs(event, log.get(partition).get(index));
            }
        }
    }

    private static void assertIs(ExampleEvent event, ConsumerRecord<byte[], byte[]> found) {
        assertArrayEquals(event.line(found.timestamp()), found.value());
        assertArrayEquals(event.key().orElseThrow(), found.key());
    }

    @Test
    void historyIsStampedWithItsTimesAndLiveTrafficWithThePresent() throws Exception {
        Instant began = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        playUntilItIsInterrupted(3_500);
        long live = 0;
        Set<String> payments = new HashSet<>();
        for (ConsumerRecord<byte[], byte[]> each :
                log().values().stream().flatMap(List::stream).toList()) {
            Source source =
                    deployment.source(each.topic().substring(0, each.topic().indexOf('-')));
            Instant sent = Instant.ofEpochMilli(each.timestamp());
            boolean isLive = !sent.isBefore(began);
            live += isLive ? 1 : 0;
            String line = new String(each.value(), StandardCharsets.UTF_8);
            Matcher payment = PAYMENT.matcher(line);
            // Reported seconds after it happened for the first time, if it is reported twice.
            boolean again = payment.find() && !payments.add(payment.group());
            LineFields.of(each.value(), source)
                    .eventTime()
                    .ifPresent(time -> assertTrue(
                            time.equals(sent) || time.isBefore(sent.minus(ALLOWED_LATENESS)) || again, line));
        }
        long history;
        try (ExampleEvents events = example.events(deployment)) {
            history = Stream.generate(events::next)
                    .takeWhile(event -> event.orElseThrow().isHistory())
                    .count();
        }
        assertEquals(3_500 - history, live);
        assertTrue(history > 0 && live > 0, history + " events of history");
    }

    @Test
    void aForeignEventIsNotTakenForOneOfTheShops() throws Exception {
        playUntilItIsInterrupted(500);
        requireNothingElse();
        Source payments = deployment.source("payments");
        try (SourceProducer producer = SourceProducer.plain(KAFKA)) {
            producer.send(new ProducerRecord<>(payments.topic(), 1, null, "{\"amount\":1}".getBytes()));
            producer.finish();
        }
        RefusedException refused = assertThrows(RefusedException.class, this::requireNothingElse);
        assertTrue(
                refused.getMessage().startsWith("topic " + payments.topic() + ", partition 1 ends with something else"),
                refused.getMessage());
    }

    @Test
    void optionsThatAreNoneNameTheFile() throws Exception {
        edit("shop.args", "--late=0.01", "--late=2");
        RefusedException refused = assertThrows(RefusedException.class, () -> example.events(deployment));
        assertEquals(
                directory.resolve("shop.args") + ": --late is 2.0; a share from 0 to 1 is expected",
                refused.getMessage());
    }

    /** As a run of the demo does, until it has sent so many events. */
    private void playUntilItIsInterrupted(int number) throws Exception {
        requireNothingElse();
        int[] left = {number};
        Runnable countDown = () -> {
            if (left[0]-- == 0) {
                throw new CancellationException("interrupted");
            }
        };
        try (SourceProducer producer = SourceProducer.plain(KAFKA);
                ExampleEvents events = example.events(deployment)) {
            Replay replay = new Replay(events, producer, new Resumption(ends()));
            assertThrows(CancellationException.class, () -> {
                replay.playHistory(countDown);
                replay.playRest(countDown);
            });
            producer.finish();
        }
    }

    private void requireNothingElse() throws Exception {
        try (ExampleEvents events = example.events(deployment)) {
            ExampleLog.read(ends(), KAFKA).requireNothingElse(events);
        }
    }

    private Map<TopicPartition, Long> ends() throws Exception {
        Map<TopicPartition, Long> ends = new HashMap<>();
        try (Admin admin = Admin.create(KAFKA)) {
            for (Source source : deployment.sources()) {
                ends.putAll(new SourceTopics(admin).ends(source.topic(), PARTITIONS));
            }
        }
        return ends;
    }

    private Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> log() throws Exception {
        Map<TopicPartition, Long> ends = ends();
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> log = new HashMap<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(KAFKA, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            Set<TopicPartition> all = ends.keySet();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            while (all.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
                consumer.poll(Duration.ofSeconds(1)).forEach(found -> log.computeIfAbsent(
                                new TopicPartition(found.topic(), found.partition()), each -> new ArrayList<>())
                        .add(found));
            }
        }
        return log;
    }
}
