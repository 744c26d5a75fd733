package dev.tidemark.batch;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.deployment.InvalidDeploymentException;
import dev.tidemark.deployment.Problem;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.View;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code check}: whether a deployment's files are right, with every problem at once. */
@Command(
        name = "check",
        description = "Validate the deployment's files: every problem at once, with file and line.",
        mixinStandardHelpOptions = true)
final class CheckCommand implements Runnable {

    @ParentCommand
    private BatchMain batch;

    /** What was found. */
    record Found(List<FoundSource> sources, List<FoundProblem> problems) {}

    record FoundSource(String name, String topic, String definitionSet, List<FoundView> views) {}

    record FoundView(String name, Map<String, String> dimensions, Map<String, String> measures) {}

    record FoundProblem(String file, int line, String field, String message) {}

    @Override
    public void run() {
        DeploymentLoader.Found found = batch.found();
        List<Problem> problems = new ArrayList<>(found.problems());
        List<DefinitionSet> sets = found.deployment()
                .map(deployment -> Definitions.resolve(deployment, problems))
                .orElse(List.of());
        if (!problems.isEmpty()) {
            InvalidDeploymentException invalid = new InvalidDeploymentException(problems);
            batch.print(new Found(
                    List.of(),
                    invalid.problems().stream().map(CheckCommand::problem).toList()));
            throw invalid;
        }
        List<FoundSource> sources = sets.stream()
                .map(set -> source(found.deployment().orElseThrow(), set))
                .toList();
        sources.forEach(this::tell);
        batch.print(new Found(sources, List.of()));
    }

    private void tell(FoundSource source) {
        Progress progress = batch.progress();
        progress.say("source %s (topic %s), definition set %s"
                .formatted(source.name(), source.topic(), source.definitionSet()));
        for (FoundView view : source.views()) {
            progress.say("  view %s".formatted(view.name()));
            view.dimensions().forEach((name, type) -> progress.say("    dimension %s: %s".formatted(name, type)));
            view.measures().forEach((name, type) -> progress.say("    measure %s: %s".formatted(name, type)));
        }
    }

    private static FoundSource source(Deployment deployment, DefinitionSet set) {
        return new FoundSource(
                set.source(),
                deployment.source(set.source()).topic(),
                set.id(),
                set.views().stream().map(CheckCommand::view).toList());
    }

    private static FoundView view(View view) {
        Map<String, String> dimensions = new LinkedHashMap<>();
        view.dimensions()
                .forEach(field -> dimensions.put(field.name(), field.type().toString()));
        Map<String, String> measures = new LinkedHashMap<>();
        view.measures()
                .forEach(measure -> measures.put(
                        measure.name(), measure.aggregate().result().toString()));
        return new FoundView(view.name(), dimensions, measures);
    }

    private static FoundProblem problem(Problem problem) {
        return new FoundProblem(problem.file().toString(), problem.line(), problem.field(), problem.message());
    }
}
