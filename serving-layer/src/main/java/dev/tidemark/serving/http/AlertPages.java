package dev.tidemark.serving.http;

import dev.tidemark.deployment.Alerting;
import dev.tidemark.serving.alert.Alert;
import dev.tidemark.serving.alert.Alert.State;
import dev.tidemark.serving.alert.AlertFollower;
import dev.tidemark.serving.alert.KnownAlerts;
import dev.tidemark.serving.alert.Undelivered;
import dev.tidemark.serving.query.AlertsRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What the API says of alerts, as JSON members. */
final class AlertPages {

    private static final List<String> STATES =
            Stream.of(State.values()).map(State::toString).toList();

    private final AlertFollower follower;

    AlertPages(AlertFollower follower) {
        this.follower = follower;
    }

    /** @param parameters as they were sent */
    Object alerts(String parameters) {
        List<String> views = follower.views().stream().map(Alerting::view).toList();
        AlertsRequest asked = AlertsRequest.parse(parameters, views, STATES);
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("alerts", follower.report(asked).stream().map(this::alert).toList());
        page.put("complete", views.stream().allMatch(follower::isComplete));
        page.put("remembered", KnownAlerts.MOST);
        return page;
    }

    /** @param history its changes, the oldest first */
    private Map<String, Object> alert(List<Alert> history) {
        Alert last = history.get(history.size() - 1);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", last.id());
        json.put("deployment", follower.deployment());
        json.put("view", last.view());
        json.put("state", last.state().toString());
        json.put("at", last.at().toString());
        json.put("publication", last.publication());
        json.put("definition", last.definition());
        json.put("row", last.fields());
        json.put("history", history.stream().map(AlertPages::change).toList());
        return json;
    }

    private static Map<String, Object> change(Alert alert) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("state", alert.state().toString());
        json.put("at", alert.at().toString());
        json.put("publication", alert.publication());
        return json;
    }

    /** How it stands with each view's alerts. */
    List<Object> status() {
        return follower.views().stream().map(this::status).toList();
    }

    private Object status(Alerting alerting) {
        Map<State, Long> records = follower.records(alerting.view());
        Map<String, Object> sent = new LinkedHashMap<>();
        records.forEach((state, number) -> sent.put(state.toString(), number));
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("view", alerting.view());
        status.put("topic", alerting.topic());
        status.put("complete", follower.isComplete(alerting.view()));
        status.put("standing", standing(records));
        status.put("sent", sent);
        follower.undelivered(alerting.view()).ifPresent(count -> status.put("webhook", webhook(count)));
        return status;
    }

    /** How many alerts of a view are so: what was said to be, but for what was said to be no more. */
    static long standing(Map<State, Long> records) {
        return count(records, State.ADDED)
                - count(records, State.RETRACTED)
                + count(records, State.FIRING)
                - count(records, State.RESOLVED);
    }

    private static long count(Map<State, Long> records, State state) {
        return records.getOrDefault(state, 0L);
    }

    private static Map<String, Object> webhook(Undelivered.Count count) {
        Map<String, Object> webhook = new LinkedHashMap<>();
        webhook.put("undelivered", count.waiting());
        webhook.put("delivered", count.delivered());
        webhook.put("given_up", count.givenUp());
        return webhook;
    }
}
