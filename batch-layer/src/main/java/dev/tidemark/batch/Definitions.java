package dev.tidemark.batch;

import dev.tidemark.compile.InvalidViewsException;
import dev.tidemark.compile.ViewCompiler;
import dev.tidemark.compile.ViewProblem;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.Draft;
import dev.tidemark.deployment.InvalidDeploymentException;
import dev.tidemark.deployment.Locations;
import dev.tidemark.deployment.Problem;
import dev.tidemark.deployment.Warehouse;
import dev.tidemark.schema.Source;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SourceState;
import dev.tidemark.view.ViewDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The views of a deployment, compiled. */
final class Definitions {

    private Definitions() {}

    /**
     * The views of each source, in the order of the sources.
     *
     * @throws InvalidDeploymentException with every problem of every view, at its place in the files
     */
    static List<SourceDefinitions> resolve(Deployment deployment) {
        List<Problem> problems = new ArrayList<>();
        List<SourceDefinitions> sets = resolve(deployment, problems);
        if (!problems.isEmpty()) {
            throw new InvalidDeploymentException(problems);
        }
        return sets;
    }

    /** The views of each source whose views are right; what is wrong with the others is added. */
    static List<SourceDefinitions> resolve(Deployment deployment, List<Problem> problems) {
        List<SourceDefinitions> sets = new ArrayList<>();
        for (Source source : deployment.sources()) {
            Optional<DefinitionSet> streamed =
                    compile(deployment, source, deployment.streamedViewsOf(source.name()), problems);
            Optional<DefinitionSet> batch =
                    compile(deployment, source, deployment.batchViewsOf(source.name()), problems);
            if (streamed.isPresent() && batch.isPresent()) {
                sets.add(new SourceDefinitions(streamed.get(), batch.get()));
            }
        }
        return sets;
    }

    private static Optional<DefinitionSet> compile(
            Deployment deployment, Source source, List<ViewDefinition> views, List<Problem> problems) {
        try {
            return Optional.of(ViewCompiler.resolve(source, views, deployment.zone()));
        } catch (InvalidViewsException e) {
            add(e.problems(), deployment.locations(), problems);
            return Optional.empty();
        }
    }

    /** The views of each source as a publication holds them, in the order of the sources. */
    static List<SourceDefinitions> published(Deployment deployment, Publication publication) {
        return publication.sources().entrySet().stream()
                .map(source -> published(deployment, source.getKey(), source.getValue()))
                .toList();
    }

    /** The views of a source as they are published. */
    static SourceDefinitions published(Deployment deployment, String source, SourceState state) {
        Warehouse warehouse = deployment.warehouse();
        return new SourceDefinitions(
                warehouse.requireDefinitions(source, state.definitionSet()),
                warehouse.requireDefinitions(source, state.batchSet()));
    }

    /** Adds what is wrong with the expressions of views that are wrong otherwise. */
    static void look(List<Draft> drafts, List<Problem> problems) {
        drafts.forEach(draft -> add(
                ViewCompiler.problemsOf(draft.view(), draft.schema(), draft.enriched()), draft.locations(), problems));
    }

    private static void add(List<ViewProblem> found, Locations locations, List<Problem> problems) {
        found.forEach(problem -> problems.add(locations.inView(problem.view(), problem.field(), problem.message())));
    }
}
