package dev.tidemark.serving.http;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.PublicationLog;
import dev.tidemark.schema.Source;
import dev.tidemark.serving.fold.LiveSource;
import dev.tidemark.serving.fold.Patience;
import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.view.Publication;
import dev.tidemark.view.ViewDefinition;
import java.time.ZoneId;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A deployment whose sources are followed, each for itself. Thread-safe. */
public final class ServedDeployment implements AutoCloseable {

    private final Deployment deployment;
    private final Map<String, LiveSource> sources = new LinkedHashMap<>();

    private ServedDeployment(Deployment deployment) {
        this.deployment = deployment;
    }

    /**
     * Begins to follow the sources that have views.
     *
     * @throws dev.tidemark.deployment.RefusedException if the newest publication was made under other definitions
     * @throws dev.tidemark.deployment.UnavailableException if the deployment's own broker has never been started
     */
    public static ServedDeployment start(Deployment deployment, Patience patience) {
        Publication newest = deployment.warehouse().publications().latest();
        ServedDeployment served = new ServedDeployment(deployment);
        try {
            for (Source source : deployment.sources()) {
                deployment.requireSameDefinitions(newest, source);
                if (!deployment.viewsOf(source.name()).isEmpty()) {
                    served.sources.put(source.name(), new LiveSource(deployment, source, patience));
                }
            }
        } catch (RuntimeException e) {
            served.close();
            throw e;
        }
        served.sources.values().forEach(LiveSource::start);
        return served;
    }

    public String name() {
        return deployment.name();
    }

    /** Where a day begins and ends. */
    public ZoneId zone() {
        return deployment.zone();
    }

    public List<ViewDefinition> views() {
        return deployment.views();
    }

    public PublicationLog publications() {
        return deployment.warehouse().publications();
    }

    public Collection<LiveSource> liveSources() {
        return sources.values();
    }

    /**
     * The view of that name.
     *
     * @throws HttpProblem if there is none
     */
    public ViewDefinition requireView(String name) {
        List<String> names = views().stream().map(ViewDefinition::name).toList();
        return views().stream()
                .filter(view -> view.name().equals(name))
                .findFirst()
                .orElseThrow(() -> HttpProblem.of(
                                HttpProblem.Kind.UNKNOWN_VIEW,
                                "there is no view '" + name + "'; there are " + String.join(", ", names))
                        .with("field", "view")
                        .with("found", name)
                        .with("accepted", names));
    }

    /** The source that a view counts. */
    public LiveSource liveSourceOf(String view) {
        return sources.get(requireView(view).source());
    }

    /** Why not every view is answered, if so. */
    public Optional<String> notReady() {
        return sources.values().stream()
                .map(live -> live.replaced().or(live::notServed))
                .flatMap(Optional::stream)
                .findFirst();
    }

    @Override
    public void close() {
        sources.values().forEach(LiveSource::close);
    }
}
