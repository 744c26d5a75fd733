package dev.tidemark.serving.history;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.deployment.Warehouse;
import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.serving.problem.HttpProblem.Kind;
import dev.tidemark.serving.query.Answer;
import dev.tidemark.serving.query.Basis;
import dev.tidemark.serving.query.Query;
import dev.tidemark.serving.query.QueryRequest;
import dev.tidemark.serving.segment.Segment;
import dev.tidemark.serving.segment.SegmentGoneException;
import dev.tidemark.serving.segment.SegmentStore;
import dev.tidemark.serving.segment.TooManyCellsException;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SourceState;
import dev.tidemark.view.View;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Views as publications have them, and answers as of their cuts, without a live tail. Thread-safe. */
public final class Past {

    private static final int MOST_SETS = 200;

    /** Which definition set of which source. */
    private record SetId(String source, String id) {}

    private final Warehouse warehouse;
    private final KeptPublications publications;
    private final SegmentStore segments;
    private final Function<String, Optional<String>> logs;
    private final Cache<SetId, DefinitionSet> sets =
            Caffeine.newBuilder().maximumSize(MOST_SETS).executor(Runnable::run).build();

    /**
     * @param segments what reads the published segments, shared with those who answer for the present
     * @param logs the log that a source's topic is, by the source's name; empty while that is not known
     */
    public Past(Warehouse warehouse, SegmentStore segments, Function<String, Optional<String>> logs) {
        this.warehouse = warehouse;
        this.publications = new KeptPublications(warehouse.publications());
        this.segments = segments;
        this.logs = logs;
    }

    public KeptPublications publications() {
        return publications;
    }

    /**
     * Answers a query as of the cut of a publication, under the definitions that it published.
     *
     * @throws HttpProblem if the publication is not kept, if the view is not in it, or if the query does not fit it
     */
    public Answer answer(QueryRequest request, long number) {
        PastView view = view(request.view(), publications.require(number));
        return basis(query(request, view, Instant.now()), view).answer(request.conditions());
    }

    /** The query under the definitions of a publication. */
    static Query query(QueryRequest request, PastView view, Instant now) {
        return Query.of(request, view.view(), view.set().zone(), now);
    }

    /**
     * What the answer to a query is made of.
     *
     * @throws HttpProblem if a segment of it has been deleted, or if there is no memory for all that it needs
     */
    Basis basis(Query query, PastView view) {
        try {
            List<Segment> asked = segments.loadPast(
                    view.set(), view.view(), view.segments(query.selection()).values());
            Optional<String> log = logs.apply(view.set().source().name());
            return Basis.past(query, view.set().source(), view.snapshot(log, asked));
        } catch (TooManyCellsException e) {
            throw HttpProblem.field(
                    "from",
                    "%d cells of publication %d"
                            .formatted(e.cells(), view.publication().number()),
                    "a range (`from`, `to`) with at most %d cells".formatted(e.most()),
                    e.getMessage() + ": ask for a shorter range, or give the process more memory");
        } catch (SegmentGoneException e) {
            throw notKept(view.publication(), "segments of view " + view.view().name() + " have been deleted");
        }
    }

    /**
     * A view as a publication has it.
     *
     * @throws HttpProblem if it is not in it, or if publications do not hold it
     */
    PastView view(String name, Publication publication) {
        PastView view = find(name, publication).orElseThrow(() -> notIn(name, publication));
        requirePast(view.view());
        return view;
    }

    /** Refuses a view that publications do not hold. */
    static void requirePast(View view) {
        if (!view.layers().recomputed()) {
            throw HttpProblem.field(
                    "view",
                    view.name(),
                    "a view that batch computes",
                    "view %s has no past: the stream alone computes it (`layers: speed`), and publications hold what batch computes"
                            .formatted(view.name()));
        }
    }

    private Optional<PastView> find(String name, Publication publication) {
        for (Map.Entry<String, SourceState> source : publication.sources().entrySet()) {
            for (DefinitionSet set : sets(publication, source.getKey())) {
                Optional<View> view = set.view(name);
                if (view.isPresent()) {
                    return Optional.of(new PastView(publication, source.getValue(), set, view.get()));
                }
            }
        }
        return Optional.empty();
    }

    /** The definition sets that a publication has of a source, that of the streamed views first. */
    List<DefinitionSet> sets(Publication publication, String source) {
        SourceState state = publication.source(source).orElseThrow();
        try {
            return List.of(set(source, state.definitionSet()), set(source, state.batchSet()));
        } catch (UnavailableException e) {
            throw notKept(publication, "definitions of source " + source + " have been deleted");
        }
    }

    private DefinitionSet set(String source, String id) {
        return sets.get(new SetId(source, id), key -> warehouse.requireDefinitions(key.source(), key.id()));
    }

    /** The topic of a source in a publication; empty if its definitions are not there any more. */
    public Optional<String> topic(Publication publication, String source) {
        try {
            return Optional.of(sets(publication, source).get(0).source().topic());
        } catch (HttpProblem gone) {
            return Optional.empty();
        }
    }

    private HttpProblem notKept(Publication publication, String what) {
        return KeptPublications.notKept(
                publication.number(),
                "a later publication",
                "publication %d is not kept any more as a whole: %s".formatted(publication.number(), what));
    }

    private HttpProblem notIn(String name, Publication publication) {
        List<Long> kept = publications.numbers();
        List<Long> later =
                kept.stream().filter(number -> number > publication.number()).toList();
        long newest = later.isEmpty() ? publication.number() : later.get(later.size() - 1);
        boolean came = has(name, newest);
        long since = came ? since(name, later) : newest;
        return HttpProblem.of(
                        Kind.NOT_IN_PUBLICATION,
                        came
                                ? "view '%s' is not in publication %d: it is there since publication %d"
                                        .formatted(name, publication.number(), since)
                                : "view '%s' is not in publication %d, nor in the newest one, %d"
                                        .formatted(name, publication.number(), newest))
                .with("field", "publication")
                .with("found", publication.number())
                .with("accepted", came ? KeptPublications.range(List.of(since, newest)) : "none");
    }

    private boolean has(String name, long number) {
        return publications
                .find(number)
                .flatMap(publication -> find(name, publication))
                .isPresent();
    }

    /** The first that has a view which the last of them has, if it was not gone in between. */
    private long since(String name, List<Long> numbers) {
        int without = -1;
        int with = numbers.size() - 1;
        while (with - without > 1) {
            int middle = (without + with) >>> 1;
            if (has(name, numbers.get(middle))) {
                with = middle;
            } else {
                without = middle;
            }
        }
        return numbers.get(with);
    }
}
