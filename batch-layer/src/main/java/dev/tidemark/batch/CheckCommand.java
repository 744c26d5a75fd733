package dev.tidemark.batch;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.deployment.InvalidDeploymentException;
import dev.tidemark.deployment.Problem;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.SourceChange;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Publication;
import dev.tidemark.view.View;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code check}: whether a deployment's files are right, with every problem at once. */
@Command(
        name = "check",
        description = "Validate the deployment's files: every problem at once, with file and line.",
        mixinStandardHelpOptions = true)
final class CheckCommand implements Runnable {

    @ParentCommand
    private BatchMain batch;

    @Option(names = "--diff", description = "Also say what the files change on the running deployment.")
    private boolean diff;

    /** What was found. */
    record Found(List<FoundSource> sources, List<FoundProblem> problems, List<SourceChange> changes) {}

    record FoundSource(String name, String topic, String definitionSet, List<FoundView> views) {}

    record FoundView(String name, String layers, Map<String, String> dimensions, Map<String, String> measures) {}

    record FoundProblem(String file, int line, String field, String message) {}

    @Override
    public void run() {
        DeploymentLoader.Found found = batch.found();
        List<Problem> problems = new ArrayList<>(found.problems());
        List<SourceDefinitions> sets = found.deployment()
                .map(deployment -> Definitions.resolve(deployment, problems))
                .orElse(List.of());
        Definitions.look(found.drafts(), problems);
        found.deployment()
                .filter(deployment -> isFenced(deployment, problems))
                .ifPresent(deployment -> compareWithArchive(deployment, problems));
        if (!problems.isEmpty()) {
            InvalidDeploymentException invalid = new InvalidDeploymentException(problems);
            batch.print(new Found(
                    List.of(),
                    invalid.problems().stream().map(CheckCommand::problem).toList(),
                    List.of()));
            throw invalid;
        }
        List<FoundSource> sources = sets.stream().map(CheckCommand::source).toList();
        sources.forEach(this::tell);
        ReferencesCommand.tell(ReferencesCommand.listed(found.deployment().orElseThrow()), batch.progress());
        List<SourceChange> changes = diff ? SourceChange.of(found.deployment().orElseThrow()) : List.of();
        if (diff) {
            tell(found.deployment().orElseThrow(), sets, changes);
        }
        batch.print(new Found(sources, List.of(), changes));
    }

    private void tell(Deployment deployment, List<SourceDefinitions> sets, List<SourceChange> changes) {
        Progress progress = batch.progress();
        Publication newest = deployment.warehouse().publications().latest();
        if (changes.isEmpty()) {
            progress.say(
                    newest.isNone()
                            ? "nothing has been published yet, so the files change nothing"
                            : "the files state what publication " + newest.number() + " holds");
            return;
        }
        changes.forEach(change -> change.lines().forEach(progress::say));
        // What has yet to be judged again cannot be planned: which days it has, only `archive` finds out.
        Map<Boolean, List<SourceDefinitions>> judged =
                sets.stream().collect(Collectors.partitioningBy(set -> isJudgedAsNow(deployment, set.source())));
        judged.get(false)
                .forEach(set ->
                        progress.say("source %s: recomputing would compute what `tidemark archive` has judged again"
                                .formatted(set.source().name())));
        for (SourcePlan plan : RecomputePlan.of(deployment, judged.get(true), newest, new Selection.Touched(true))
                .sources()) {
            plan.work()
                    .forEach(work -> progress.say("source %s: recomputing would compute %d days of %s"
                            .formatted(
                                    plan.source().name(),
                                    work.days().size(),
                                    work.views().views().stream()
                                            .map(View::name)
                                            .toList())));
        }
    }

    private static boolean isJudgedAsNow(Deployment deployment, Source source) {
        MasterDataset master = MasterDataset.of(deployment, source);
        return master.latest()
                .map(MasterDataset.Version::commit)
                .map(master::isJudgedAsNow)
                .orElse(true);
    }

    /** Whether the warehouse can be written by several; adds a problem if not. */
    private static boolean isFenced(Deployment deployment, List<Problem> problems) {
        try {
            deployment.warehouse().requireFenced();
            return true;
        } catch (RefusedException e) {
            problems.add(new Problem(deployment.file(), 0, "warehouse", e.getMessage()));
            return false;
        }
    }

    /** Adds what keeps a source from reading what has been archived of it. */
    private void compareWithArchive(Deployment deployment, List<Problem> problems) {
        for (Source source : deployment.sources()) {
            MasterDataset master = MasterDataset.of(deployment, source);
            master.latest().map(MasterDataset.Version::commit).ifPresent(archived -> {
                List<Problem> found = Evolution.problems(deployment, source, archived);
                problems.addAll(found);
                if (found.isEmpty() && !master.isJudgedAsNow(archived)) {
                    batch.progress()
                            .say(
                                    ("source %s: the schema or the judging rules differ from those of the archive; the next"
                                                    + " `tidemark archive` judges its %,d records again")
                                            .formatted(source.name(), archived.records()));
                }
            });
        }
    }

    private void tell(FoundSource source) {
        Progress progress = batch.progress();
        progress.say("source %s (topic %s), definition set %s"
                .formatted(source.name(), source.topic(), source.definitionSet()));
        for (FoundView view : source.views()) {
            progress.say("  view %s (layers: %s)".formatted(view.name(), view.layers()));
            view.dimensions().forEach((name, type) -> progress.say("    dimension %s: %s".formatted(name, type)));
            view.measures().forEach((name, type) -> progress.say("    measure %s: %s".formatted(name, type)));
        }
    }

    private static FoundSource source(SourceDefinitions definitions) {
        return new FoundSource(
                definitions.source().name(),
                definitions.source().topic(),
                definitions.streamed().id(),
                definitions.all().map(found -> view(found.view())).toList());
    }

    private static FoundView view(View view) {
        Map<String, String> dimensions = new LinkedHashMap<>();
        view.dimensions()
                .forEach(field -> dimensions.put(field.name(), field.type().toString()));
        Map<String, String> measures = new LinkedHashMap<>();
        view.measures()
                .forEach(measure -> measures.put(
                        measure.name(), measure.aggregate().result().toString()));
        return new FoundView(view.name(), view.layers().toString(), dimensions, measures);
    }

    private static FoundProblem problem(Problem problem) {
        return new FoundProblem(problem.file().toString(), problem.line(), problem.field(), problem.message());
    }
}
