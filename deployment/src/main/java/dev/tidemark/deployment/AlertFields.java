package dev.tidemark.deployment;

import dev.tidemark.view.Durations;
import dev.tidemark.view.MeasureCall;
import dev.tidemark.view.MeasureFunction;
import dev.tidemark.view.Pane;
import dev.tidemark.view.Slicing;
import dev.tidemark.view.Suggestion;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads what a view's file says of alerts: {@code alert_topic}, {@code alert} and {@code webhook}. */
final class AlertFields {

    private static final Pattern TOPIC = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._-]{1,249}");

    private final YamlSection yaml;
    private final Optional<Slicing> slicing;
    private final Collection<String> dimensions;
    private final Map<String, MeasureCall> measures;

    private AlertFields(
            YamlSection yaml,
            Optional<Slicing> slicing,
            Collection<String> dimensions,
            Map<String, MeasureCall> measures) {
        this.yaml = yaml;
        this.slicing = slicing;
        this.dimensions = dimensions;
        this.measures = measures;
    }

    /**
     * What the file says; empty if it says nothing, or if a problem was recorded.
     *
     * @param view the view's name
     * @param slicing how it cuts time, if that could be read
     */
    static Optional<Alerting> read(
            YamlSection yaml,
            Map<String, Integer> lines,
            String view,
            Optional<Slicing> slicing,
            Collection<String> dimensions,
            Map<String, MeasureCall> measures) {
        for (String section : List.of("alert", "webhook")) {
            yaml.section(section).ifPresent(found -> lines.putAll(found.lines()));
        }
        return new AlertFields(yaml, slicing, dimensions, measures).read(view);
    }

    private Optional<Alerting> read(String view) {
        Optional<String> topic = yaml.value("alert_topic", AlertFields::topic);
        Optional<Threshold> threshold = yaml.section("alert").flatMap(this::threshold);
        Optional<Webhook> webhook = yaml.section("webhook").flatMap(AlertFields::webhook);
        requireTopic("alert");
        requireTopic("webhook");
        if (yaml.has("alert_topic") && !yaml.has("alert") && !yaml.has("pattern")) {
            yaml.problem(
                    "alert_topic",
                    "is given, but nothing would be sent there; accepted is a view with a `pattern`, or with an `alert`"
                            + " such as `alert: {when: \"orders < 1\", window: 5m}`");
        }
        return topic.map(name -> new Alerting(view, name, threshold, webhook));
    }

    private static String topic(String name) {
        if (!TOPIC.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "'" + name + "' is no topic; accepted are up to 249 letters, digits, ., _ and -");
        }
        return name;
    }

    private void requireTopic(String section) {
        if (yaml.has(section) && !yaml.has("alert_topic")) {
            yaml.problem(section, "needs `alert_topic`, the topic that alerts are sent to; give it beside it");
        }
    }

    private Optional<Threshold> threshold(YamlSection alert) {
        requirePanes();
        if (!alert.has("when")) {
            alert.problem("when", "is missing; for example `when: \"orders < 1\"`");
        }
        Optional<Condition> when = alert.value("when", this::condition);
        Optional<Duration> window = alert.has("window") ? alert.value("window", this::panes) : pane();
        Optional<Duration> lasting =
                alert.has("for") ? alert.value("for", this::panesOrNone) : Optional.of(Duration.ZERO);
        List<String> by = alert.texts("by");
        by.stream()
                .filter(name -> Collections.frequency(by, name) > 1)
                .distinct()
                .forEach(name ->
                        alert.problem("by", "names " + name + " more than once; accepted is each dimension once"));
        by.stream()
                .filter(name -> !dimensions.contains(name))
                .forEach(name -> alert.problem("by", unknown("dimension", name, dimensions)));
        alert.refuseUnknown();
        if (when.isEmpty() || window.isEmpty() || lasting.isEmpty()) {
            return Optional.empty();
        }
        requireFewPanes(alert, window.get().plus(lasting.get()));
        return Optional.of(new Threshold(when.get(), window.get(), lasting.get(), by));
    }

    private void requirePanes() {
        if (yaml.has("pattern")) {
            yaml.problem("alert", "stands beside `pattern`, each match of which is an alert; leave `alert` out");
        } else if (slicing.filter(found -> !(found instanceof Pane)).isPresent()) {
            yaml.problem("alert", "is only for views with a `pane`, whose windows it looks at");
        }
    }

    private Condition condition(String text) {
        Condition condition = Condition.parse(text);
        for (String name : condition.measures()) {
            if (!measures.containsKey(name)) {
                throw new IllegalArgumentException(unknown("measure", name, measures.keySet()));
            }
            if (measures.get(name).function() == MeasureFunction.APPROX_TOP_K) {
                throw new IllegalArgumentException(
                        "measure " + name + " is a list; accepted are measures that are numbers");
            }
        }
        return condition;
    }

    private static String unknown(String what, String name, Collection<String> names) {
        return "there is no %s '%s'%s"
                .formatted(
                        what,
                        name,
                        Suggestion.of(name, names)
                                .map(meant -> "; did you mean '" + meant + "'?")
                                .orElse("; there are " + names));
    }

    private Optional<Duration> pane() {
        return slicing.filter(Pane.class::isInstance).map(found -> ((Pane) found).length());
    }

    private Duration panes(String text) {
        Duration length = panesOrNone(text);
        if (length.isZero()) {
            throw new IllegalArgumentException("'" + text + "' has no length; accepted is a pane or more");
        }
        return length;
    }

    private Duration panesOrNone(String text) {
        Duration length = Durations.parse(text);
        pane().filter(pane -> length.toMillis() % pane.toMillis() != 0).ifPresent(pane -> {
            throw new IllegalArgumentException("'%s' is not made of whole panes of %s; accepted is a multiple of it"
                    .formatted(text, Durations.format(pane)));
        });
        return length;
    }

    private void requireFewPanes(YamlSection alert, Duration length) {
        pane().filter(pane -> length.dividedBy(pane) > Threshold.MOST_PANES)
                .ifPresent(pane -> alert.problem(
                        "window",
                        "and `for` have %,d panes of %s together; accepted are %,d at most"
                                .formatted(length.dividedBy(pane), Durations.format(pane), Threshold.MOST_PANES)));
    }

    private static Optional<Webhook> webhook(YamlSection yaml) {
        if (!yaml.has("url")) {
            yaml.problem("url", "is missing; for example `url: https://example.org/alerts`");
        }
        Optional<URI> url = yaml.value("url", Webhook::parse);
        Optional<String> secret = yaml.text("secret").filter(text -> !text.isBlank());
        if (yaml.has("secret") && secret.isEmpty()) {
            yaml.problem("secret", "is empty; give it, or leave it out to send what is not signed");
        }
        Duration giveUpAfter =
                yaml.value("give_up_after", AlertFields::patience).orElse(Webhook.USUAL_PATIENCE);
        yaml.refuseUnknown();
        return url.map(address -> new Webhook(address, shown(yaml, address), secret, giveUpAfter));
    }

    private static Duration patience(String text) {
        Duration patience = Durations.parse(text);
        if (patience.isZero()) {
            throw new IllegalArgumentException("'" + text + "' has no length; accepted are durations from 1ms on");
        }
        return patience;
    }

    private static String shown(YamlSection yaml, URI url) {
        String written = yaml.settings().shown("url");
        return written.contains("${") ? written : Webhook.withoutPath(url);
    }
}
