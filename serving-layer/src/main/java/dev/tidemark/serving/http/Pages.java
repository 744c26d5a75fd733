package dev.tidemark.serving.http;

import dev.tidemark.deployment.deadletter.LetterFilter;
import dev.tidemark.serving.fold.Generation;
import dev.tidemark.serving.fold.LiveSource;
import dev.tidemark.serving.letter.SourceLetters;
import dev.tidemark.serving.query.LettersRequest;
import dev.tidemark.serving.spool.Spool;
import dev.tidemark.view.View;
import dev.tidemark.view.ViewDefinition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the API's pages say, as JSON members. */
final class Pages {

    private final ServedDeployment served;
    private final AlertPages alerts;

    Pages(ServedDeployment served, AlertPages alerts) {
        this.served = served;
        this.alerts = alerts;
    }

    Object views() {
        return Map.of("views", served.views().values().stream().map(this::page).toList());
    }

    Object view(String name) {
        return page(served.requireView(name));
    }

    private Map<String, Object> page(ServedDeployment.ServedView found) {
        ViewDefinition view = found.definition();
        Optional<View> typed = found.answered();
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("name", view.name());
        page.put("description", view.description());
        page.put("source", view.source());
        page.put("where", view.where().orElse(null));
        page.put(view.slicing().field(), view.slicing().stated());
        page.put("layers", view.layers().toString());
        page.put("answered", typed.isPresent());
        page.put("timezone", served.zone().getId());
        page.put("dimensions", dimensions(view, typed));
        page.put("measures", measures(view, typed));
        return page;
    }

    private static List<Object> dimensions(ViewDefinition view, Optional<View> typed) {
        List<Object> dimensions = new ArrayList<>();
        view.dimensions().forEach((name, expression) -> {
            Optional<String> type = typed.flatMap(known -> known.dimensions().stream()
                    .filter(field -> field.name().equals(name))
                    .map(field -> field.type().toString())
                    .findFirst());
            dimensions.add(column(name, expression, type));
        });
        return dimensions;
    }

    private static List<Object> measures(ViewDefinition view, Optional<View> typed) {
        List<Object> measures = new ArrayList<>();
        view.measures().forEach((name, call) -> {
            Optional<String> type = typed.flatMap(known -> known.measure(name))
                    .map(measure -> measure.aggregate().result().toString());
            measures.add(column(name, call.toString(), type));
        });
        return measures;
    }

    /** @param type empty until the definition set is known */
    private static Map<String, Object> column(String name, String expression, Optional<String> type) {
        Map<String, Object> column = new LinkedHashMap<>();
        column.put("name", name);
        column.put("expression", expression);
        column.put("type", type.orElse(null));
        return column;
    }

    /** @param parameters as they were sent */
    Object deadLetters(String parameters) {
        LettersRequest asked =
                LettersRequest.parse(parameters, List.copyOf(served.letters().keySet()));
        return Map.of(
                "sources",
                served.letters().entrySet().stream()
                        .filter(source ->
                                asked.source().map(source.getKey()::equals).orElse(true))
                        .map(source -> page(source.getValue(), asked.filter()))
                        .toList());
    }

    private static Map<String, Object> page(SourceLetters letters, LetterFilter asked) {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("source", letters.source().name());
        page.put("topic", letters.topic());
        page.put("complete", letters.isComplete());
        page.putAll(letters.report(asked).toJson());
        return page;
    }

    Object status() {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("deployment", served.name());
        status.put("ready", served.notReady().isEmpty());
        status.put("reason", served.notReady().orElse(null));
        List<Object> sources = new ArrayList<>();
        for (LiveSource live : served.liveSources()) {
            sources.add(status(live));
        }
        status.put("sources", sources);
        status.put("alerts", alerts.status());
        return status;
    }

    private static Map<String, Object> status(LiveSource live) {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("source", live.source().name());
        status.put("topic", live.source().topic());
        status.put("serving", live.replaced().or(live::notServed).isEmpty());
        status.put(
                "problem", live.replaced().or(live::problem).or(live::notServed).orElse(null));
        live.generation().ifPresent(generation -> {
            status.put("publication", generation.publication().number());
            status.put("definition_set", generation.definitions().streamed().id());
            status.put("log", generation.log());
            status.put("partitions", partitions(live, generation));
            Generation.Counters counters = generation.counters();
            status.put("increments", increments(counters));
            live.spooled().ifPresent(spooled -> status.put("spool", spool(spooled)));
            status.put("views", conservation(generation, counters));
        });
        return status;
    }

    private static Map<String, Object> conservation(Generation generation, Generation.Counters counters) {
        Map<String, Object> views = new LinkedHashMap<>();
        Conservation.of(generation, counters).forEach((view, conservation) -> views.put(view, conservation.toJson()));
        return views;
    }

    Object conservation() {
        List<Object> sources = new ArrayList<>();
        for (LiveSource live : served.liveSources()) {
            Map<String, Object> source = new LinkedHashMap<>();
            source.put("source", live.source().name());
            source.put("topic", live.source().topic());
            live.generation().ifPresent(generation -> {
                source.put("publication", generation.publication().number());
                source.put("log", generation.log());
                source.put("views", conservation(generation, generation.counters()));
            });
            sources.add(source);
        }
        return Map.of("sources", sources);
    }

    private static Map<String, Object> increments(Generation.Counters counters) {
        Map<String, Object> increments = new LinkedHashMap<>();
        increments.put("received", counters.received());
        increments.put("counted_before", counters.countedBefore());
        increments.put("foreign", counters.foreign());
        return increments;
    }

    private static Map<String, Object> spool(Spool.Size spooled) {
        Map<String, Object> spool = new LinkedHashMap<>();
        spool.put("slices", spooled.slices());
        spool.put("bytes", spooled.bytes());
        spool.put("newest", spooled.newest().map(Instant::toString).orElse(null));
        return spool;
    }

    private static List<Object> partitions(LiveSource live, Generation generation) {
        Map<Integer, Long> ends = live.lag().ends();
        List<Object> partitions = new ArrayList<>();
        generation.progress().forEach((number, progress) -> {
            Map<String, Object> partition = new LinkedHashMap<>();
            long end = ends.getOrDefault(number, progress.through());
            partition.put("partition", number);
            partition.put("cut", progress.cut());
            partition.put("through", progress.through());
            partition.put("end", end);
            partition.put("lag", Math.max(0, end - progress.through()));
            partition.put(
                    "missing",
                    progress.missing().ranges().stream()
                            .map(range -> List.of(range.from(), range.to()))
                            .toList());
            partitions.add(partition);
        });
        return partitions;
    }
}
