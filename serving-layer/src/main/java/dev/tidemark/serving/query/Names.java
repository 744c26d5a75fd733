package dev.tidemark.serving.query;

import dev.tidemark.serving.problem.HttpProblem;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

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
            "by",
            "filter",
            "measures",
            "order",
            "limit",
            "at_least",
            "wait",
            "max_lag",
            "on_missing",
            "decimals");

    private static final List<String> LATER = List.of("timezone", "fill", "publication", "finality", "live", "history");

    private Names() {}

    /** Refuses a parameter that does not exist, or not yet. */
    static void require(String name) {
        if (LATER.contains(name)) {
            throw HttpProblem.of(
                            HttpProblem.Kind.NOT_IN_THIS_RELEASE,
                            name + " is not available in this release; leave it out")
                    .with("field", name)
                    .with("accepted", KNOWN);
        }
        if (!KNOWN.contains(name)) {
            throw unknown(name, "there is no parameter '" + name + "'", KNOWN);
        }
    }

    /** A problem with a name that is none of {@code accepted}, and the one that may have been meant. */
    static HttpProblem unknown(String field, String what, Collection<String> accepted) {
        return unknown(field, field, what, accepted);
    }

    /** The same where the name stands in another field. */
    static HttpProblem unknown(String field, String found, String what, Collection<String> accepted) {
        String meant = closest(found, accepted)
                .map(name -> "; did you mean '" + name + "'?")
                .orElse("; accepted are " + String.join(", ", accepted));
        return HttpProblem.field(field, found, List.copyOf(accepted), what + meant);
    }

    private static Optional<String> closest(String found, Collection<String> names) {
        return names.stream()
                .filter(name -> distance(found, name) <= Math.min(2, name.length() - 1))
                .min(Comparator.comparingInt(name -> distance(found, name)));
    }

    /** Levenshtein's distance. */
    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }
}
