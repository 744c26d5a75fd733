package dev.tidemark.launcher;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.deployment.NeededTopic;
import dev.tidemark.deployment.ReferenceTable;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.UnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;

/** The processes of one deployment on this machine, supervised. Every step says what it does. */
final class Platform {

    private static final int POLL_MILLIS = 250;
    private static final int LOST_RACE = 4;

    /** A broker whose launcher was killed needs some time to close its files. */
    private static final Duration BROKER_PATIENCE = Duration.ofSeconds(20);

    private final Deployment deployment;
    private final Installation installation;
    private final Lifetime lifetime;
    private final Supervisor supervisor = new Supervisor(System.out::println);
    private Supervised speed;
    private Supervised serving;

    /** Nothing runs yet; what is started ends with {@code lifetime}. */
    Platform(Deployment deployment, Installation installation, Lifetime lifetime) {
        this.deployment = deployment;
        this.installation = installation;
        this.lifetime = lifetime;
        lifetime.onEnd(supervisor::close);
    }

    /** Sees to a broker: the one that the deployment names, one of its own that runs already, or a new one. */
    void startBroker() throws InterruptedException {
        if (!deployment.kafka().isEmpty()) {
            Output.say("using the broker at " + deployment.shownBroker());
        } else if (hasRunningBroker()) {
            Output.say("using this deployment's broker, which runs already at "
                    + deployment.brokerHome().address());
        } else {
            Output.say(
                    "starting the broker; its data: " + deployment.brokerHome().data());
            awaitReady(supervisor.start("broker", () -> Layer.BROKER.process(installation, brokerArguments())));
        }
    }

    /**
     * Runs the deployment's own broker alone, unsupervised, and creates the topics that lack once it is ready.
     *
     * @return the broker's exit code
     * @throws RefusedException if it runs already
     */
    int runBroker() throws InterruptedException {
        if (hasRunningBroker()) {
            throw new RefusedException("this deployment's broker runs already, at "
                    + deployment.brokerHome().address());
        }
        CompletableFuture<Boolean> ready = new CompletableFuture<>();
        Child broker = Child.start("broker", Layer.BROKER.process(installation, brokerArguments()), line -> {
            System.out.println(line);
            if (line.startsWith("broker ready")) {
                ready.complete(true);
            }
        });
        lifetime.onEnd(broker::close);
        broker.onExit(() -> ready.complete(false));
        if (ready.join()) {
            createTopics();
        }
        return broker.waitFor();
    }

    private boolean hasRunningBroker() throws InterruptedException {
        return new OwnBroker(deployment.brokerHome()).runs();
    }

    private List<String> brokerArguments() {
        return List.of(
                "--data", deployment.brokerHome().data().toString(),
                "--address-file", deployment.brokerHome().addressFile().toString(),
                "--patience", Long.toString(BROKER_PATIENCE.toSeconds()));
    }

    /** Creates the sources' topics that lack. */
    void createTopics() throws InterruptedException {
        try (Admin admin = Admin.create(deployment.kafkaAdmin())) {
            for (String topic : new SourceTopics(admin).createMissing(deployment.sources())) {
                Output.say("created topic %s: %d partitions, unlimited retention"
                        .formatted(topic, NeededTopic.PARTITIONS));
            }
        }
    }

    /**
     * Loads the reference tables that were never loaded.
     *
     * @return the deployment, with what its sources take from them
     * @throws UnavailableException if one cannot be loaded
     */
    Deployment loadReferences() throws InterruptedException {
        List<String> missing =
                deployment.referencesToLoad().stream().map(ReferenceTable::name).toList();
        if (missing.isEmpty()) {
            return deployment;
        }
        Output.say("loading the reference tables that are not loaded yet: " + String.join(", ", missing));
        batch("references", "load", "--missing");
        return DeploymentLoader.load(deployment.file());
    }

    /** Starts the speed layer with these further arguments, the serving layer, and what sends alerts if there are any. */
    void startLayers(List<String> speedArguments) {
        Output.say("starting the speed layer and the serving layer");
        speed = supervisor.start("speed", () -> Layer.SPEED.process(installation, arguments(speedArguments)));
        serving = supervisor.start("serving", () -> Layer.SERVING.process(installation, arguments(List.of())));
        if (!deployment.alerting().isEmpty()) {
            Output.say("starting what sends alerts");
            // Queries are answered whether or not alerts can be sent.
            supervisor.startBeside("alerts", () -> Layer.ALERTS.process(installation, arguments(List.of())));
        }
    }

    /**
     * Runs one step of the batch layer to its end, again where it has lost a race for a publication.
     *
     * @throws UnavailableException if it fails
     */
    void batch(String... step) throws InterruptedException {
        int status = LOST_RACE;
        while (status == LOST_RACE) {
            status = batchOnce(step);
        }
    }

    private int batchOnce(String... step) throws InterruptedException {
        String name = step[0];
        List<String> arguments = new ArrayList<>(List.of(step));
        arguments.addAll(arguments(List.of()));
        Child child = Child.start(
                name,
                Layer.BATCH.process(installation, arguments),
                line -> System.out.println(Output.prefixed(name, line)));
        lifetime.onEnd(child::close);
        int status = child.waitFor();
        if (status != 0 && status != LOST_RACE) {
            throw new UnavailableException(
                    "%s failed with exit code %d: %s".formatted(name, status, String.join("\n  ", child.lastLines())));
        }
        return status;
    }

    private List<String> arguments(List<String> further) {
        List<String> arguments = new ArrayList<>(List.of("-c", deployment.file().toString()));
        arguments.addAll(further);
        return arguments;
    }

    /** Waits until queries are answered and events flow into them, and says what for. */
    void awaitReady() throws InterruptedException {
        String said = "";
        // Only its own word counts: another deployment's serving layer may have the port.
        while (!serving.ready().isDone()) {
            supervisor.requireRunning();
            String missing = ServingAddress.expected(deployment.servingPort()).notReady();
            if (!missing.isEmpty() && !missing.equals(said)) {
                Output.say("waiting for the serving layer: " + missing);
                said = missing;
            }
            Thread.sleep(POLL_MILLIS);
        }
        if (!speed.ready().isDone()) {
            Output.say("waiting for the speed layer to warm up");
            awaitReady(speed);
        }
    }

    /** Where queries are answered, once they are. */
    ServingAddress address() {
        return ServingAddress.ofReadyLine(serving.ready().join());
    }

    /** Fails if a process does not start any more. */
    void requireRunning() {
        supervisor.requireRunning();
    }

    /** Keeps everything running until a process does not start any more, and fails then. */
    void supervise() {
        supervisor.await();
    }

    private static void awaitReady(Supervised process) throws InterruptedException {
        try {
            process.ready().get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new CancellationException(e.getMessage());
        }
    }
}
