package dev.tidemark.serving.http;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.Warehouse;
import dev.tidemark.schema.Source;
import dev.tidemark.serving.alert.AlertFollower;
import dev.tidemark.serving.change.TidemarkCommand;
import dev.tidemark.serving.fold.Generation;
import dev.tidemark.serving.fold.LiveSource;
import dev.tidemark.serving.fold.Patience;
import dev.tidemark.serving.history.Historian;
import dev.tidemark.serving.history.History;
import dev.tidemark.serving.history.Past;
import dev.tidemark.serving.letter.LetterFollower;
import dev.tidemark.serving.letter.SourceLetters;
import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.serving.query.Answer;
import dev.tidemark.serving.query.Basis;
import dev.tidemark.serving.query.HistoryRequest;
import dev.tidemark.serving.query.QueryRequest;
import dev.tidemark.serving.segment.SegmentStore;
import dev.tidemark.serving.spool.SpoolHome;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.View;
import dev.tidemark.view.ViewDefinition;
import java.time.ZoneId;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A deployment whose sources are followed, each for itself. Thread-safe. */
public final class ServedDeployment implements AutoCloseable {

    private final Deployment deployment;
    private final Optional<SpoolHome> spools;
    private final Map<String, LiveSource> sources = new LinkedHashMap<>();
    private final LetterFollower letters;
    private final AlertFollower alerts;
    private final SegmentStore segments;
    private final Past past;

    private ServedDeployment(Deployment deployment, Optional<SpoolHome> spools) {
        this.deployment = deployment;
        this.spools = spools;
        this.letters = LetterFollower.start(deployment);
        this.alerts = AlertFollower.start(deployment);
        this.segments = new SegmentStore(deployment.warehouse());
        this.past = new Past(deployment.warehouse(), segments, this::logOf);
    }

    /**
     * Begins to follow the sources that have views, by the deployment's files or by what has been published.
     *
     * @param spools where slices of the tails are kept, which is given back in the end; empty if none are
     * @throws dev.tidemark.deployment.UnavailableException if the deployment's own broker has never been started
     */
    public static ServedDeployment start(Deployment deployment, Patience patience, Optional<SpoolHome> spools) {
        ServedDeployment served = new ServedDeployment(deployment, spools);
        try {
            for (Source source : sources(deployment)) {
                served.sources.put(
                        source.name(), new LiveSource(deployment, source, patience, spools, served.segments));
            }
            spools.ifPresent(home -> home.keepSources(served.sources.keySet()));
        } catch (RuntimeException e) {
            served.close();
            throw e;
        }
        served.sources.values().forEach(LiveSource::start);
        return served;
    }

    private Optional<String> logOf(String source) {
        return Optional.ofNullable(sources.get(source))
                .flatMap(LiveSource::generation)
                .map(Generation::log);
    }

    private static Collection<Source> sources(Deployment deployment) {
        Map<String, Source> sources = new LinkedHashMap<>();
        deployment.sources().stream()
                .filter(source -> !deployment.viewsOf(source.name()).isEmpty())
                .forEach(source -> sources.put(source.name(), source));
        deployment.warehouse().publications().latest().sources().forEach((name, state) -> {
            DefinitionSet published = deployment.warehouse().requireDefinitions(name, state.definitionSet());
            sources.putIfAbsent(name, published.source());
        });
        return sources.values();
    }

    public String name() {
        return deployment.name();
    }

    /** Where a day begins and ends. */
    public ZoneId zone() {
        return deployment.zone();
    }

    /**
     * A view that is answered, or will be.
     *
     * @param definition what it states
     * @param answered what it is answered from; empty before it has been streamed or published
     */
    public record ServedView(ViewDefinition definition, Optional<View> answered) {}

    /** The views by name: those that are answered, and those that the files state beside them. */
    public Map<String, ServedView> views() {
        Map<String, ServedView> views = new TreeMap<>();
        deployment.views().forEach(view -> views.put(view.name(), new ServedView(view, Optional.empty())));
        for (LiveSource live : sources.values()) {
            live.generation().ifPresent(generation -> generation
                    .definitions()
                    .views()
                    .forEach(view -> views.put(view.name(), new ServedView(view.definition(), Optional.of(view)))));
        }
        return views;
    }

    /** What was published. */
    Past past() {
        return past;
    }

    /**
     * The answer to a query: of the present, or of the past if it names a publication.
     *
     * @throws HttpProblem if it cannot be answered
     */
    Answer answer(QueryRequest request) throws InterruptedException {
        if (request.publication().isPresent()) {
            return past.answer(request, request.publication().get());
        }
        return Answer.to(request, liveSourceOf(request.view()), zone());
    }

    /**
     * How the answer to a query changed.
     *
     * @throws HttpProblem if it can be asked neither of what was published nor of the present
     */
    History history(HistoryRequest request) throws InterruptedException {
        return Historian.tell(
                past, request, zone(), (query, now) -> Basis.live(query, liveSourceOf(query.view()), zone(), now));
    }

    public Collection<LiveSource> liveSources() {
        return sources.values();
    }

    /** The dead letters of each source, by the sources' names. */
    public Map<String, SourceLetters> letters() {
        return letters.bySource();
    }

    /** What has been told of its views. */
    public AlertFollower alerts() {
        return alerts;
    }

    /**
     * The view of that name.
     *
     * @throws HttpProblem if there is none
     */
    public ServedView requireView(String name) {
        return view(name).orElseThrow(() -> unknown(name));
    }

    /** The view of that name, if there is one: asked by every query, so without a look at all the others. */
    Optional<ServedView> view(String name) {
        return sources.values().stream()
                .flatMap(live -> live.generation().stream())
                .flatMap(generation -> generation.definitions().view(name).stream())
                .map(view -> new ServedView(view.definition(), Optional.of(view)))
                // Of a view that moves from one source to another both may answer for a moment: the later, as in
                // views().
                .reduce((one, later) -> later)
                .or(() -> deployment.views().stream()
                        .filter(view -> view.name().equals(name))
                        .map(view -> new ServedView(view, Optional.empty()))
                        .findFirst());
    }

    private HttpProblem unknown(String name) {
        List<String> names = List.copyOf(views().keySet());
        return HttpProblem.of(
                        HttpProblem.Kind.UNKNOWN_VIEW,
                        "there is no view '" + name + "'; there are " + String.join(", ", names))
                .with("field", "view")
                .with("found", name)
                .with("accepted", names);
    }

    /** The source that a view counts. */
    public LiveSource liveSourceOf(String view) {
        return sources.get(requireView(view).definition().source());
    }

    /** Whether batch alone computes a source's views and has not published them yet: nothing here can hasten it. */
    private boolean awaitsBatch(LiveSource live) {
        return live.generation().isEmpty()
                && deployment.streamedViewsOf(live.source().name()).isEmpty();
    }

    /** Why not every view is answered, or it is not known how fresh the answers are, if so. */
    public Optional<String> notReady() {
        return sources.values().stream()
                .filter(live -> !awaitsBatch(live))
                .map(live -> live.replaced().or(live::notServed).or(live::notObserved))
                .flatMap(Optional::stream)
                .findFirst();
    }

    Warehouse warehouse() {
        return deployment.warehouse();
    }

    /** What changes history, which this process does not do itself. */
    TidemarkCommand command() {
        return TidemarkCommand.of(deployment.file());
    }

    @Override
    public void close() {
        sources.values().forEach(LiveSource::close);
        letters.close();
        alerts.close();
        spools.ifPresent(SpoolHome::close);
    }
}
