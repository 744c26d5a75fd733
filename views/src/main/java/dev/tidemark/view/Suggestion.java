package dev.tidemark.view;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Which name may have been meant by one that does not exist. */
public final class Suggestion {

    private static final int FURTHEST = 2;

    private Suggestion() {}

    /** The closest of {@code names}, if one is close: two letters away at most. */
    public static Optional<String> of(String found, Collection<String> names) {
        return names.stream()
                .filter(name -> distance(found, name) <= Math.min(FURTHEST, name.length() - 1))
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
