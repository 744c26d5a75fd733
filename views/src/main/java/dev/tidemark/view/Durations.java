package dev.tidemark.view;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as users write them: {@code 500ms}, {@code 30s}, {@code 10m}, {@code 1h}, {@code 1d}. */
public final class Durations {

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d|w)");

    private Durations() {}

    /**
     * The duration of {@code text}; a day has 24 hours here, a week seven of them.
     *
     * @throws IllegalArgumentException if it is no duration
     */
    public static Duration parse(String text) {
        Matcher found = DURATION.matcher(text.trim());
        if (!found.matches()) {
            throw new IllegalArgumentException("'" + text
                    + "' is no duration; accepted are a number and a unit, such as 500ms, 30s, 10m, 1h, 7d, 1w");
        }
        long amount = Long.parseLong(found.group(1));
        return switch (found.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            case "d" -> Duration.ofDays(amount);
            default -> Duration.ofDays(7 * amount);
        };
    }

    /** The duration in its largest whole unit. */
    public static String format(Duration duration) {
        long millis = duration.toMillis();
        String[] units = {"d", "h", "m", "s"};
        long[] lengths = {86_400_000, 3_600_000, 60_000, 1_000};
        for (int i = 0; i < units.length; i++) {
            if (millis != 0 && millis % lengths[i] == 0) {
                return millis / lengths[i] + units[i];
            }
        }
        return millis + "ms";
    }
}
