package dev.tidemark.serving.alert;

import dev.tidemark.deployment.Alerting;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.serving.fold.LiveSource;

/** Which watcher a view has. */
public final class Watchers {

    private Watchers() {}

    /** Who watches the view that sends these alerts: one without a threshold has a pattern. */
    public static Watcher of(Deployment deployment, Alerting alerting, LiveSource live) {
        return alerting.threshold()
                .<Watcher>map(threshold -> new ThresholdWatcher(alerting.view(), threshold, live, deployment.zone()))
                .orElseGet(() -> new PatternWatcher(alerting, live, deployment.warehouse()));
    }
}
