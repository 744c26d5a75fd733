package dev.tidemark.serving.http;

import dev.tidemark.serving.history.ChangedDays;
import dev.tidemark.serving.history.KeptPublications;
import dev.tidemark.serving.history.Past;
import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.serving.query.AnswerJson;
import dev.tidemark.serving.query.PublicationsRequest;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SourceState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What has been published, as JSON members. */
final class PublicationPages {

    /** How many ranges of days of one view are listed. */
    private static final int MOST_RANGES = 20;

    private final Past past;
    private final KeptPublications publications;

    PublicationPages(Past past) {
        this.past = past;
        this.publications = past.publications();
    }

    /** @param parameters as they were sent */
    Object publications(String parameters) {
        List<Long> newest = new ArrayList<>(
                publications.newest(PublicationsRequest.parse(parameters).limit()));
        Collections.reverse(newest);
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("kept", kept(publications.numbers()));
        page.put(
                "publications",
                newest.stream()
                        .flatMap(number -> publications.find(number).stream())
                        .map(this::page)
                        .toList());
        return page;
    }

    /** The first and the last number; null before the first publication. */
    private static Object kept(List<Long> numbers) {
        return numbers.isEmpty() ? null : List.of(numbers.get(0), numbers.get(numbers.size() - 1));
    }

    /**
     * One publication.
     *
     * @param number as it stands in the address
     */
    Object publication(String number) {
        if (!number.matches("[1-9]\\d{0,17}")) {
            throw HttpProblem.field(
                    "publication",
                    number,
                    "a whole number from 1 on",
                    "the address names publication '" + number + "'; accepted is a whole number from 1 on");
        }
        return page(publications.require(Long.parseLong(number)));
    }

    private Map<String, Object> page(Publication publication) {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("number", publication.number());
        page.put("published_at", publication.publishedAt().toString());
        page.put("cause", publication.cause());
        Map<String, Object> sources = new LinkedHashMap<>();
        publication
                .sources()
                .forEach((name, state) -> sources.put(
                        name, source(state, past.topic(publication, name).orElse(null))));
        page.put("sources", sources);
        Map<String, Object> days = new LinkedHashMap<>();
        publication.segments().forEach((view, segments) -> days.put(view, segments.size()));
        page.put("days", days);
        page.put(
                "changed",
                before(publication).map(before -> changed(before, publication)).orElse(null));
        return page;
    }

    /** Empty if it is not kept any more. */
    private Optional<Publication> before(Publication publication) {
        return publication.number() == 1 ? Optional.of(Publication.NONE) : publications.find(publication.number() - 1);
    }

    private static Map<String, Object> source(SourceState state, String topic) {
        Map<String, Object> source = new LinkedHashMap<>();
        source.put("definition_set", state.definitionSet());
        source.put("batch_set", state.batchSet());
        source.put("cut_taken_at", state.cutTakenAt().toString());
        List<Object> partitions = new ArrayList<>();
        state.cut()
                .ofTopics()
                .logs()
                .forEach((log, ends) -> ends.forEach((partition, cut) -> {
                    Map<String, Object> entry = new LinkedHashMap<>();
                    entry.put("topic", topic);
                    entry.put("log", log);
                    entry.put("partition", partition);
                    entry.put("cut", cut);
                    partitions.add(entry);
                }));
        source.put("partitions", partitions);
        source.put("imports", AnswerJson.trees(state.cut().imports()));
        return source;
    }

    private static List<Object> changed(Publication before, Publication after) {
        List<Object> views = new ArrayList<>();
        for (ChangedDays changed : ChangedDays.between(before, after)) {
            List<ChangedDays.Range> ranges = changed.ranges();
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("view", changed.view());
            view.put("days", changed.days().size());
            view.put("first", changed.days().first().toString());
            view.put("last", changed.days().last().toString());
            view.put(
                    "ranges",
                    ranges.stream()
                            .limit(MOST_RANGES)
                            .map(range -> List.of(
                                    range.first().toString(), range.last().toString()))
                            .toList());
            view.put("more_ranges", Math.max(0, ranges.size() - MOST_RANGES));
            views.add(view);
        }
        return views;
    }
}
