package dev.tidemark.launcher;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.schema.Source;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;

/** One run of an example: history through the batch layer, then live traffic before both layers' eyes. */
final class DemoRun {

    private static final long PROGRESS_SECONDS = 10;

    private final Example example;
    private final Deployment deployment;
    private final double rate;
    private final Lifetime lifetime;
    private final Platform platform;

    /** @param rate live events a second */
    DemoRun(Example example, Deployment deployment, double rate, Installation installation, Lifetime lifetime) {
        this.example = example;
        this.deployment = deployment;
        this.rate = rate;
        this.lifetime = lifetime;
        this.platform = new Platform(deployment, installation, lifetime);
    }

    /** Plays the example, and keeps serving when it has ended; returns by failing only. */
    void play() throws InterruptedException {
        startBroker();
        Map<TopicPartition, Long> ends = endOffsets();
        requireOwnLog(ends);
        try (ExampleEvents events = example.events(deployment)) {
            SourceProducer producer = SourceProducer.plain(patient(deployment.kafkaClient()));
            lifetime.onEnd(producer::close);
            Replay replay = new Replay(events, producer, new Resumption(ends));
            Output.say("sending the history: everything before " + events.liveFrom());
            sendHistory(replay, producer);
            Output.say("archive: copying the log to the master dataset");
            platform.batch("archive");
            Output.say("recompute: computing each day of every view, and publishing them");
            platform.batch("recompute");
            DemoReceiver receiver =
                    DemoReceiver.start(deployment, line -> System.out.println(Output.prefixed("webhook", line)));
            lifetime.onEnd(receiver::close);
            platform.startLayers(List.of());
            platform.awaitReady();
            sayWhatToTry();
            sendLive(replay, producer);
        }
        platform.supervise();
    }

    private void startBroker() throws InterruptedException {
        requireNoOther(deployment);
        platform.startBroker();
        platform.createTopics();
    }

    /**
     * Holds off from a deployment that another demo runs.
     *
     * @throws RefusedException if its broker runs
     */
    static void requireNoOther(Deployment deployment) throws InterruptedException {
        if (new OwnBroker(deployment.brokerHome()).runs()) {
            throw new RefusedException("a demo runs in %s already, with its broker at %s: stop it, or choose another"
                            .formatted(
                                    deployment.file().getParent(),
                                    deployment.brokerHome().address())
                    + " --data and --port");
        }
    }

    /** A record that was given up would leave a hole in its partition, and {@link Resumption} counts on none. */
    private static Map<String, Object> patient(Map<String, Object> kafka) {
        Map<String, Object> settings = new HashMap<>(kafka);
        settings.put("delivery.timeout.ms", Integer.MAX_VALUE);
        return settings;
    }

    private Map<TopicPartition, Long> endOffsets() throws InterruptedException {
        Map<TopicPartition, Long> ends = new HashMap<>();
        try (Admin admin = Admin.create(deployment.kafkaAdmin())) {
            for (Source source : deployment.sources()) {
                int partitions = SourceLog.of(admin, source.topic()).partitions();
                ends.putAll(new SourceTopics(admin).ends(source.topic(), partitions));
            }
        }
        return ends;
    }

    private void requireOwnLog(Map<TopicPartition, Long> ends) {
        try (ExampleEvents events = example.events(deployment)) {
            ExampleLog.read(ends, deployment.kafkaClient()).requireNothingElse(events);
        }
    }

    private void sendHistory(Replay replay, SourceProducer producer) {
        Progress progress = new Progress(1, line -> Output.say("history: " + line));
        replay.playHistory(progress::add);
        producer.finish();
        Output.say("history: %,d events sent, %,d were in the log already"
                .formatted(progress.records(), replay.skipped()));
    }

    private void sayWhatToTry() {
        Output.say("ready at " + platform.address() + "/, a page of lines that move; try too:");
        Output.say("  curl '" + platform.address() + example.query() + "'");
        Output.say(
                "  In `certificate.partitions`, batch has counted every event below `cut`, the speed layer those from"
                        + " there to `through`;");
        Output.say("  ask again: `through` and the counts grow while `cut` and `publication` stay, and `complete` says"
                + " that nothing is missing.");
        if (!deployment.alerting().isEmpty()) {
            Output.say("  alerts come as [webhook] lines, to the topic %s, to /v1/alerts and onto the page"
                    .formatted(String.join(", ", deployment.alertTopics())));
        }
    }

    private void sendLive(Replay replay, SourceProducer producer) {
        Output.say("playing live traffic at %,.0f events/s; Ctrl-C stops everything".formatted(rate));
        Pacer pacer = new Pacer(rate);
        Progress progress = new Progress(
                PROGRESS_SECONDS,
                line -> Output.say("live: " + line + ", now at "
                        + replay.now().map(Object::toString).orElse("the end")));
        replay.playRest(() -> {
            platform.requireRunning();
            pacer.next();
            progress.add();
        });
        producer.finish();
        Output.say("the end of the example's events; the layers keep serving until Ctrl-C");
    }
}
