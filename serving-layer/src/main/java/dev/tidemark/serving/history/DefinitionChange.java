package dev.tidemark.serving.history;

import dev.tidemark.view.ViewDefinition;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is stated otherwise of a view than in the publication before.
 *
 * @param what each statement that differs, in words
 */
public record DefinitionChange(List<String> what) {

    public DefinitionChange {
        what = List.copyOf(what);
    }

    /** Empty if the two compute the same. */
    static Optional<DefinitionChange> between(PastView before, PastView after) {
        if (before.statement().equals(after.statement())) {
            return Optional.empty();
        }
        List<String> what = new ArrayList<>();
        ViewDefinition was = before.view().definition();
        ViewDefinition is = after.view().definition();
        compare("the filter", was.where(), is.where(), what);
        compare(
                "the " + is.slicing().field(),
                Optional.of(was.slicing().toString()),
                Optional.of(is.slicing().toString()),
                what);
        compare("dimension", was.dimensions(), is.dimensions(), what);
        compare("measure", was.measures(), is.measures(), what);
        if (what.isEmpty()) {
            what.add("the rules of source %s: its schema, how its events are judged, or what is joined to them"
                    .formatted(is.source()));
        }
        return Optional.of(new DefinitionChange(what));
    }

    private static void compare(String kind, Map<String, ?> was, Map<String, ?> is, List<String> what) {
        Set<String> names = new LinkedHashSet<>(is.keySet());
        names.addAll(was.keySet());
        names.forEach(name -> compare(kind + " " + name, text(was, name), text(is, name), what));
    }

    private static Optional<String> text(Map<String, ?> statements, String name) {
        return Optional.ofNullable(statements.get(name)).map(Object::toString);
    }

    private static void compare(String name, Optional<String> was, Optional<String> is, List<String> what) {
        if (!was.equals(is)) {
            what.add("%s is now %s, and was %s".formatted(name, quoted(is), quoted(was)));
        }
    }

    private static String quoted(Optional<String> statement) {
        return statement.map(text -> "`" + text + "`").orElse("none");
    }
}
