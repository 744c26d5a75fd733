package dev.tidemark.serving.http;

import dev.tidemark.deployment.Alerting;
import dev.tidemark.serving.alert.AlertFollower;
import dev.tidemark.serving.alert.Undelivered;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What is measured of alerts: read from their topics and from what webhooks have committed. */
final class AlertMetrics {

    private final AlertFollower follower;
    private final MultiGauge sent;
    private final MultiGauge standing;
    private final MultiGauge undelivered;
    private final MultiGauge delivered;
    private final MultiGauge givenUp;

    AlertMetrics(AlertFollower follower, MeterRegistry registry) {
        this.follower = follower;
        this.sent = gauge(registry, "tidemark.alerts.sent", "alert records on the topic, by the state that they say");
        this.standing = gauge(registry, "tidemark.alerts.standing", "alerts that were neither retracted nor resolved");
        this.undelivered = gauge(registry, "tidemark.webhook.undelivered", "alerts that wait for the view's webhook");
        this.delivered = gauge(registry, "tidemark.webhook.delivered", "alerts that the view's webhook has delivered");
        this.givenUp = gauge(registry, "tidemark.webhook.given.up", "alerts that were too old, or refused");
    }

    private static MultiGauge gauge(MeterRegistry registry, String name, String description) {
        return MultiGauge.builder(name).description(description).register(registry);
    }

    /** Takes in how it stands now. */
    void refresh() {
        List<Row<?>> records = new ArrayList<>();
        List<Row<?>> open = new ArrayList<>();
        for (Alerting alerting : follower.views()) {
            String view = alerting.view();
            follower.records(view)
                    .forEach((state, number) ->
                            records.add(Row.of(Tags.of("view", view, "state", state.toString()), number)));
            open.add(Row.of(Tags.of("view", view), AlertPages.standing(follower.records(view))));
        }
        sent.register(records, true);
        standing.register(open, true);
        register(undelivered, Undelivered.Count::waiting);
        register(delivered, Undelivered.Count::delivered);
        register(givenUp, Undelivered.Count::givenUp);
    }

    private void register(MultiGauge gauge, ToDoubleFunction<Undelivered.Count> value) {
        List<Row<?>> rows = new ArrayList<>();
        for (Alerting alerting : follower.views()) {
            follower.undelivered(alerting.view())
                    .ifPresent(count -> rows.add(Row.of(Tags.of("view", alerting.view()), value.applyAsDouble(count))));
        }
        gauge.register(rows, true);
    }
}
