package dev.tidemark.serving;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.deployment.SupersededException;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.serving.fold.Patience;
import dev.tidemark.serving.webhook.DeliveryPace;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The process that sends a deployment's alerts, until it is told to stop. Of a deployment there is one: a second takes over
 * from the first. Exit codes: 1 failed, with what is wrong on stderr; 2 wrong usage; 75
 * ({@link UnavailableException#EXIT_STATUS}) something is not there that may come back, such as the broker; 76
 * ({@link SupersededException#EXIT_STATUS}) another process has taken over.
 */
@Command(
        name = "alerts",
        description = {
            "Send the alerts of the views that have an `alert_topic`, to that topic and to webhooks.",
            "One process does so for a deployment; a second one takes over from it."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class AlertsMain implements Callable<Integer> {

    private static final long POLL_MILLIS = 20;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            defaultValue = "tidemark.yaml",
            description = "The deployment (default: ${DEFAULT-VALUE}).")
    private Path config;

    public static void main(String[] args) {
        ServingMain.endOnErrors("alerts");
        System.exit(new CommandLine(new AlertsMain())
                .setExecutionExceptionHandler((failure, command, parsed) -> fail(failure, command.getCommand()))
                .execute(args));
    }

    private static int fail(Exception failure, AlertsMain main) {
        System.err.println("alerts: " + ServingMain.message(failure, main.config));
        if (failure instanceof SupersededException) {
            return SupersededException.EXIT_STATUS;
        }
        return UnavailableException.of(failure).isPresent() ? UnavailableException.EXIT_STATUS : ServingMain.FAILED;
    }

    @Override
    public Integer call() throws InterruptedException {
        Deployment deployment = DeploymentLoader.load(config);
        AlertsLayer alerts = AlertsLayer.start(deployment, Patience.USUAL, DeliveryPace.USUAL);
        Runtime.getRuntime().addShutdownHook(new Thread(alerts::close, "stop"));
        while (!alerts.isReady() && !alerts.hasEnded()) {
            Thread.sleep(POLL_MILLIS);
        }
        if (!alerts.hasEnded()) {
            System.out.println("alerts ready: those of %s go to %s"
                    .formatted(
                            deployment.alerting().stream()
                                    .map(alerting -> alerting.view())
                                    .toList(),
                            deployment.alertTopics()));
        }
        alerts.await();
        return 0;
    }
}
