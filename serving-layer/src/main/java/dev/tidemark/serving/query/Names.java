package dev.tidemark.serving.query;

import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.view.Suggestion;
import java.util.Collection;
import java.util.List;

/** The names that a query has, and what to say to others. */
final class Names {

    /** The parameters that exist. */
    static final List<String> KNOWN = List.of(
            "view",
            "from",
            "to",
            "last",
            "window",
            "every",
            "timezone",
            "by",
            "filter",
            "measures",
            "order",
            "limit",
            "fill",
            "publication",
            "at_least",
            "wait",
            "max_lag",
            "finality",
            "on_missing",
            "decimals");

    private Names() {}

    /** Refuses a parameter that does not exist. */
    static void require(String name) {
        if (!KNOWN.contains(name)) {
            throw unknown(name, "there is no parameter '" + name + "'", KNOWN);
        }
    }

    /** Refuses a parameter that is none of {@code known}. */
    static void requireAmong(Collection<String> names, List<String> known) {
        names.stream().filter(name -> !known.contains(name)).findFirst().ifPresent(name -> {
            throw unknown(name, "there is no parameter '" + name + "'", known);
        });
    }

    /** A problem with a name that is none of {@code accepted}, and the one that may have been meant. */
    static HttpProblem unknown(String field, String what, Collection<String> accepted) {
        return unknown(field, field, what, accepted);
    }

    /** The same where the name stands in another field. */
    static HttpProblem unknown(String field, String found, String what, Collection<String> accepted) {
        String meant = Suggestion.of(found, accepted)
                .map(name -> "; did you mean '" + name + "'?")
                .orElse("; accepted are " + String.join(", ", accepted));
        return HttpProblem.field(field, found, List.copyOf(accepted), what + meant);
    }
}
