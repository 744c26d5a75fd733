package dev.tidemark.serving;

import dev.tidemark.deployment.Alerting;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.schema.Source;
import dev.tidemark.serving.alert.AlertLog;
import dev.tidemark.serving.alert.WatchedSource;
import dev.tidemark.serving.alert.Watcher;
import dev.tidemark.serving.alert.Watchers;
import dev.tidemark.serving.fold.LiveSource;
import dev.tidemark.serving.fold.Patience;
import dev.tidemark.serving.webhook.Delivery;
import dev.tidemark.serving.webhook.DeliveryPace;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What sends a deployment's alerts: the sources of the views that have any are followed, each by a thread, and each webhook
 * has another. It keeps nothing but what is read again at the next start.
 */
public final class AlertsLayer implements AutoCloseable {

    private final AlertLog log;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final List<WatchedSource> sources = new ArrayList<>();
    private final List<Delivery> deliveries = new ArrayList<>();

    private AlertsLayer(AlertLog log) {
        this.log = log;
    }

    /**
     * Takes over from whichever process sends this deployment's alerts, and begins to send them.
     *
     * @throws RefusedException if no view sends alerts, or a topic may lose them
     * @throws dev.tidemark.deployment.UnavailableException if the broker does not answer
     */
    public static AlertsLayer start(Deployment deployment, Patience patience, DeliveryPace pace) {
        if (deployment.alerting().isEmpty()) {
            throw new RefusedException(
                    "no view has an `alert_topic`, so there are no alerts to send: see docs/alerts.md");
        }
        AlertsLayer layer = new AlertsLayer(AlertLog.open(deployment));
        try {
            layer.begin(deployment, patience, pace);
            return layer;
        } catch (RuntimeException e) {
            layer.close();
            throw e;
        }
    }

    private void begin(Deployment deployment, Patience patience, DeliveryPace pace) {
        for (Source source : deployment.sources()) {
            List<Alerting> over = deployment.alertingOver(source.name());
            if (!over.isEmpty()) {
                LiveSource live = new LiveSource(
                        deployment,
                        source,
                        patience,
                        over.stream().map(Alerting::view).collect(Collectors.toSet()));
                List<Supplier<Watcher>> watchers = over.stream()
                        .<Supplier<Watcher>>map(alerting -> () -> Watchers.of(deployment, alerting, live))
                        .toList();
                sources.add(new WatchedSource(live, watchers, log, end));
            }
        }
        for (Alerting alerting : deployment.alerting()) {
            alerting.webhook()
                    .ifPresent(webhook -> deliveries.add(new Delivery(deployment, alerting, webhook, pace, log, end)));
        }
        sources.forEach(WatchedSource::start);
        deliveries.forEach(Delivery::start);
    }

    /** Whether each view has been looked at as it is now, or it was reported why it cannot be. */
    public boolean isReady() {
        return sources.stream().allMatch(WatchedSource::isReady);
    }

    /** Whether nothing is sent any more. */
    public boolean hasEnded() {
        return end.isDone();
    }

    /**
     * Waits until nothing is sent any more, and fails with why.
     *
     * @throws InterruptedException if it is interrupted while it waits
     */
    public void await() throws InterruptedException {
        try {
            end.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() {
        deliveries.forEach(Delivery::close);
        sources.forEach(WatchedSource::close);
        log.close();
        end.complete(null);
    }
}
