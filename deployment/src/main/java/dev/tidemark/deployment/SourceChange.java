package dev.tidemark.deployment;

import dev.tidemark.schema.Enrichment;
import dev.tidemark.schema.Field;
import dev.tidemark.schema.Source;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SourceState;
import dev.tidemark.view.View;
import dev.tidemark.view.ViewDefinition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a deployment's files change of a source against what has been published of it.
 *
 * @param source the source's name
 * @param changes what they change, a line each
 * @param consequence what comes of it on the running deployment
 */
public record SourceChange(String source, List<String> changes, String consequence) {

    /** The changes of all sources, of those that the files no longer have too; sources without any are not in it. */
    public static List<SourceChange> of(Deployment deployment) {
        Publication newest = deployment.warehouse().publications().latest();
        List<SourceChange> changes = new ArrayList<>();
        for (Source source : deployment.sources()) {
            Standing standing = Standing.of(deployment, newest, source);
            if (standing instanceof Standing.Changing changing) {
                changes.add(new Comparison(deployment, source, changing.published())
                        .change("until the next recompute publishes what the files state, publication "
                                + newest.number() + " goes on answering, and events are streamed for both"));
            } else if (standing instanceof Standing.Outdated outdated) {
                changes.add(new Comparison(deployment, source, outdated.published())
                        .change("%s; publication %d goes on answering: %s"
                                .formatted(outdated.story(), newest.number(), outdated.remedy())));
            }
        }
        Set<String> present = deployment.sources().stream().map(Source::name).collect(Collectors.toSet());
        newest.sources().keySet().stream()
                .filter(source -> !present.contains(source))
                .forEach(source -> changes.add(new SourceChange(
                        source, List.of("the source is dropped"), "the next recompute publishes nothing of it")));
        return changes;
    }

    /** All of it, a line each. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        changes.forEach(change -> lines.add("source " + source + ": " + change));
        lines.add("source " + source + ": " + consequence);
        return lines;
    }

    private static final class Comparison {

        private final Source source;
        private final Source before;
        private final Map<String, ViewDefinition> now = new TreeMap<>();
        private final Map<String, ViewDefinition> published = new TreeMap<>();

        Comparison(Deployment deployment, Source source, SourceState state) {
            this.source = source;
            deployment.viewsOf(source.name()).forEach(view -> now.put(view.name(), view));
            List<DefinitionSet> sets = deployment.warehouse().publishedDefinitions(source.name(), state);
            this.before = sets.get(0).source();
            sets.stream()
                    .flatMap(set -> set.views().stream())
                    .map(View::definition)
                    .forEach(view -> published.put(view.name(), view));
        }

        SourceChange change(String consequence) {
            List<String> changes = new ArrayList<>(differences("", fields(before), fields(source)));
            changes.addAll(enrichments());
            Set<String> names = new LinkedHashSet<>(published.keySet());
            names.addAll(now.keySet());
            names.forEach(name -> changes.addAll(view(name)));
            return new SourceChange(source.name(), changes, consequence);
        }

        private List<String> view(String name) {
            ViewDefinition old = published.get(name);
            ViewDefinition stated = now.get(name);
            if (old == null) {
                return List.of("view " + name + " is new");
            }
            return stated == null
                    ? List.of("view " + name + " is dropped")
                    : differences("view " + name + ": ", fields(old), fields(stated));
        }

        private static List<String> differences(String prefix, Map<String, String> before, Map<String, String> now) {
            Set<String> names = new LinkedHashSet<>(before.keySet());
            names.addAll(now.keySet());
            return names.stream()
                    .filter(name -> !Objects.equals(before.get(name), now.get(name)))
                    .map(name -> prefix + difference(name, before.get(name), now.get(name)))
                    .toList();
        }

        private static String difference(String name, String before, String now) {
            if (before == null) {
                return name + " is new: " + now;
            }
            return now == null ? name + " is dropped, was " + before : name + " is " + now + ", was " + before;
        }

        private static Map<String, String> fields(Source source) {
            Map<String, String> fields = new LinkedHashMap<>();
            fields.put("schema", source.schema().toString());
            fields.put("format", source.format().name());
            fields.put("event_time", source.eventTime());
            fields.put("allowed_lateness", source.allowedLateness().toString());
            fields.put("earliest", source.earliest().toString());
            fields.put("horizon", source.horizon().toString());
            fields.put("late_events", source.lateEvents().toString());
            source.deduplication().ifPresent(ids -> {
                fields.put("event_id", ids.field());
                fields.put("deduplicate_within", ids.within().toString());
            });
            return fields;
        }

        /** What changes of the tables that views use, before or now. */
        private List<String> enrichments() {
            Map<String, Enrichment> old = byReference(before);
            Map<String, Enrichment> stated = byReference(source);
            Set<String> used = new TreeSet<>(references(published.values(), before));
            used.addAll(references(now.values(), source));
            return used.stream()
                    .filter(name -> !takesTheSame(old.get(name), stated.get(name)))
                    .map(name -> difference("enrich." + name, text(old.get(name)), text(stated.get(name))))
                    .toList();
        }

        private static Map<String, Enrichment> byReference(Source source) {
            return source.enrichments().stream().collect(Collectors.toMap(Enrichment::reference, taken -> taken));
        }

        private static List<String> references(Collection<ViewDefinition> views, Source source) {
            return DefinitionSet.usedBy(List.copyOf(views), source).stream()
                    .map(Enrichment::reference)
                    .toList();
        }

        /** By the content, and not by its version: another one may hold the same. */
        private static boolean takesTheSame(Enrichment before, Enrichment now) {
            return before != null
                    && now != null
                    && before.content().equals(now.content())
                    && before.key().equals(now.key())
                    && Set.copyOf(before.columns()).equals(Set.copyOf(now.columns()));
        }

        private static String text(Enrichment taken) {
            return taken == null
                    ? null
                    : "%s by %s, %s"
                            .formatted(
                                    taken.columns().stream().map(Field::name).toList(),
                                    taken.key(),
                                    taken.isLoaded() ? "version " + taken.version() : "not loaded yet");
        }

        private static Map<String, String> fields(ViewDefinition view) {
            Map<String, String> fields = new LinkedHashMap<>();
            fields.put("layers", view.layers().toString());
            view.where().ifPresent(where -> fields.put("where", where));
            fields.put(view.slicing().field(), view.slicing().toString());
            view.dimensions().forEach((name, expression) -> fields.put("dimensions." + name, expression));
            view.measures().forEach((name, call) -> fields.put("measures." + name, call.toString()));
            return fields;
        }
    }
}
