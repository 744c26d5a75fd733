package dev.tidemark.batch;

import dev.tidemark.compile.InvalidViewsException;
import dev.tidemark.compile.ViewCompiler;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.InvalidDeploymentException;
import dev.tidemark.deployment.Problem;
import dev.tidemark.schema.Source;
import dev.tidemark.view.DefinitionSet;
import java.util.ArrayList;
import java.util.List;

/** The views of a deployment, compiled. */
final class Definitions {

    private Definitions() {}

    /**
     * The definition set of each source, in the order of the sources.
     *
     * @throws InvalidDeploymentException with every problem of every view, at its place in the files
     */
    static List<DefinitionSet> resolve(Deployment deployment) {
        List<Problem> problems = new ArrayList<>();
        List<DefinitionSet> sets = resolve(deployment, problems);
        if (!problems.isEmpty()) {
            throw new InvalidDeploymentException(problems);
        }
        return sets;
    }

    /** The definition set of each source whose views are right; what is wrong with the others is added. */
    static List<DefinitionSet> resolve(Deployment deployment, List<Problem> problems) {
        List<DefinitionSet> sets = new ArrayList<>();
        for (Source source : deployment.sources()) {
            try {
                sets.add(ViewCompiler.resolve(source, deployment.viewsOf(source.name()), deployment.zone()));
            } catch (InvalidViewsException e) {
                e.problems()
                        .forEach(problem -> problems.add(
                                deployment.locations().inView(problem.view(), problem.field(), problem.message())));
            }
        }
        return sets;
    }
}
