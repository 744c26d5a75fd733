package dev.tidemark.launcher;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.schema.EventWriter;
import dev.tidemark.schema.SchemaRegistryException;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Json;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code tidemark produce}. */
@Command(
        name = "produce",
        description = {
            "Send newline-delimited JSON to a source's topic, each line that is not blank as it is, malformed or not.",
            "For a source of the format avro each line becomes a record in Avro's encoding; with a schema registry, the"
                    + " source's schema is registered under TOPIC-value. What is no event of the schema goes as it is.",
            "The record's key is the source's `key` field as text; a line that is no JSON object has none."
        },
        mixinStandardHelpOptions = true)
final class Produce implements Callable<Integer> {

    /** How the last line is written. */
    enum Format {
        text,
        json
    }

    @Spec
    private CommandSpec spec;

    @ParentCommand
    private Tidemark tidemark;

    @Mixin
    private SourceOption source;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "The lines, `.gz` too; default: standard input.")
    private Optional<Path> file = Optional.empty();

    @Option(
            names = "--transactional",
            description = "One transaction for all lines, committed at the end; aborted on failure, on Ctrl-C and after"
                    + " 15 minutes.")
    private boolean transactional;

    @Option(
            names = "--transaction-size",
            paramLabel = "N",
            description = "Commit after every N records; implies --transactional.")
    private Optional<Long> transactionSize = Optional.empty();

    @Option(
            names = "--historical",
            description = "Set each record's timestamp to its event time (now where it has none, or one before 1970"
                    + " or in the future).")
    private boolean historical;

    @Option(names = "--rate", paramLabel = "N", description = "At most N records a second.")
    private Optional<Double> rate = Optional.empty();

    @Option(names = "--limit", paramLabel = "N", description = "Stop after N records.")
    private Optional<Long> limit = Optional.empty();

    @Option(names = "--output", paramLabel = "text|json", description = "How to write the last line; default: text.")
    private Format output = Format.text;

    @Override
    public Integer call() throws InterruptedException {
        requirePositive("--rate", rate);
        requirePositive("--limit", limit);
        requirePositive("--transaction-size", transactionSize);
        Deployment deployment = tidemark.deployment();
        Source target = source.of(deployment);
        requireTopic(deployment, target);
        EventWriter values = values(target);
        try (Lines lines = file.map(Lines::of).orElseGet(() -> new Lines(System.in));
                Lifetime lifetime = new Lifetime()) {
            SourceProducer producer = producer(deployment.kafkaClient());
            lifetime.onEnd(() -> stop(producer));
            Progress progress = new Progress(1, err()::println);
            send(lines, target, values, producer, progress);
            report(target, producer.finish(), progress);
            return 0;
        }
    }

    private void requirePositive(String option, Optional<? extends Number> value) {
        if (value.isPresent() && value.get().doubleValue() <= 0) {
            throw new ParameterException(
                    spec.commandLine(), option + " is " + value.get() + "; a number above 0 is expected");
        }
    }

    private void requireTopic(Deployment deployment, Source target) throws InterruptedException {
        try (Admin admin = Admin.create(deployment.kafkaAdmin())) {
            if (deployment.kafka().isEmpty()) {
                new SourceTopics(admin).createMissing(List.of(target)).forEach(topic -> err().println(
                                "created topic " + topic));
            }
            SourceLog.of(admin, target.topic());
        }
    }

    private SourceProducer producer(Map<String, Object> kafka) {
        return transactional || transactionSize.isPresent()
                ? SourceProducer.transactional(kafka, transactionSize.orElse(Long.MAX_VALUE))
                : SourceProducer.plain(kafka);
    }

    private void stop(SourceProducer producer) {
        producer.close();
        if (Lifetime.isStopped()) {
            err().println("tidemark: stopped; " + producer.summary());
        }
    }

    private static EventWriter values(Source target) {
        try {
            return target.format().writer(target.schema(), target.topic());
        } catch (SchemaRegistryException e) {
            throw new UnavailableException(e.getMessage());
        }
    }

    private void send(Lines lines, Source target, EventWriter values, SourceProducer producer, Progress progress) {
        Pacer pacer = new Pacer(rate.orElse(Double.POSITIVE_INFINITY));
        long most = limit.orElse(Long.MAX_VALUE);
        long asTheyAre = 0;
        while (progress.records() < most) {
            Optional<byte[]> line = lines.next();
            if (line.isEmpty()) {
                break;
            }
            byte[] value = value(line.get(), values, producer, progress);
            asTheyAre += value == line.get() ? 1 : 0;
            pacer.next();
            producer.send(record(target, line.get(), value, historical));
            progress.add();
        }
        if (asTheyAre > 0 && !target.format().equals(dev.tidemark.schema.Format.JSON)) {
            err().println("%,d lines are no events of the schema, and were sent as they are: they will be malformed"
                    .formatted(asTheyAre));
        }
    }

    private static byte[] value(byte[] line, EventWriter values, SourceProducer producer, Progress progress) {
        try {
            return values.write(line);
        } catch (IllegalArgumentException e) {
            producer.close();
            throw new RefusedException("line %,d that is not blank was not sent: %s; %s"
                    .formatted(progress.records() + 1, e.getMessage(), producer.summary()));
        }
    }

    /**
     * The record that a line of a source becomes; its partition is the default one of its key.
     *
     * @param value the line, in the format of the source
     */
    static ProducerRecord<byte[], byte[]> record(Source target, byte[] line, byte[] value, boolean historical) {
        LineFields fields = LineFields.of(line, target);
        byte[] key =
                fields.key().map(text -> text.getBytes(StandardCharsets.UTF_8)).orElse(null);
        Long timestamp = historical ? (Long) fields.historicalTimestamp(System.currentTimeMillis()) : null;
        return new ProducerRecord<>(target.topic(), null, timestamp, key, value);
    }

    private void report(Source target, Acknowledged sent, Progress progress) {
        Map<String, Object> atLeast = Map.of(target.topic(), sent.ends());
        err().println("%,d records in %.1f s".formatted(sent.records(), progress.seconds()));
        PrintWriter out = spec.commandLine().getOut();
        if (output == Format.json) {
            out.println(
                    Json.write(Map.of("records", sent.records(), "seconds", progress.seconds(), "at_least", atLeast)));
        } else {
            out.println("at_least=" + Json.write(atLeast));
        }
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
