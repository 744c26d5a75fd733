package dev.tidemark.batch;

import dev.tidemark.view.Replay;
import dev.tidemark.view.ViewDifference;
import dev.tidemark.view.ViewDifference.ChangedCell;
import dev.tidemark.view.ViewDifference.Day;
import dev.tidemark.view.ViewDifference.MeasureTotal;
import dev.tidemark.view.ViewDifference.Restated;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Replays in lines for a reviewer. */
final class ReplayText {

    private ReplayText() {}

    /** What it would change. */
    static List<String> of(Replay replay) {
        List<String> lines = new ArrayList<>();
        lines.add("days %s to %s (exclusive), from the %s, against publication %d"
                .formatted(replay.from(), replay.to(), replay.input(), replay.publication()));
        replay.differences().forEach(view -> add(lines, view));
        return lines;
    }

    private static void add(List<String> lines, ViewDifference view) {
        lines.add("view " + view.view() + heading(view));
        view.restated().forEach(measure -> lines.add("  measure %s %s".formatted(measure.measure(), text(measure))));
        List<Day> changed = view.days().stream().filter(day -> !day.isSame()).toList();
        if (changed.size() < view.days().size()) {
            lines.add("  %d of %d days stay as they are"
                    .formatted(view.days().size() - changed.size(), view.days().size()));
        }
        for (Day day : changed) {
            lines.add("  %s: %,d cells, %,d before; %,d added, %,d removed, %,d changed"
                    .formatted(
                            day.day(), day.cellsAfter(), day.cellsBefore(), day.added(), day.removed(), day.changed()));
            day.measures().stream()
                    .filter(measure -> !measure.same() || measure.cells() > 0)
                    .forEach(measure -> lines.add("    " + text(measure)));
        }
        if (!view.largest().isEmpty()) {
            lines.add("  largest changes:");
            view.largest().forEach(cell -> lines.add("    " + text(cell)));
        }
    }

    private static String heading(ViewDifference view) {
        if (view.days().isEmpty()) {
            return ", no longer stated: it would be gone";
        }
        return (view.redefined() ? ", redefined" : "")
                + (view.comparable() ? "" : "; its cells cannot be compared, since panes or dimensions are others");
    }

    private static String text(Restated measure) {
        return switch (measure.change()) {
            case ADDED -> "is new: not compared";
            case REMOVED -> "would be gone";
            case OTHER_KIND -> "would be of another kind: not compared";
        };
    }

    private static String text(MeasureTotal measure) {
        String total = measure.same()
                ? "total %s stays".formatted(measure.after())
                : "total %s, %s before".formatted(measure.after(), measure.before());
        return "%s: %s; other in %,d cells (%s)"
                .formatted(
                        measure.measure(),
                        total,
                        measure.cells(),
                        measure.equality().name().toLowerCase(java.util.Locale.ROOT));
    }

    private static String text(ChangedCell cell) {
        String key = cell.key().entrySet().stream()
                .map(part -> part.getKey() + "=" + part.getValue())
                .collect(Collectors.joining(" "));
        return "%s at %s: %s, %s before"
                .formatted(
                        cell.measure(),
                        key,
                        cell.after() == null ? "no cell" : cell.after(),
                        cell.before() == null ? "no cell" : cell.before());
    }

    /** The replays, a line each. */
    static List<String> of(List<ReplayCommand.Listed> replays) {
        return replays.isEmpty()
                ? List.of("there are no replays")
                : replays.stream()
                        .map(replay -> "replay %d: %s to %s of %s, %s; changes by %s at most; %s%s"
                                .formatted(
                                        replay.number(),
                                        replay.from(),
                                        replay.to(),
                                        String.join(", ", replay.views()),
                                        replay.createdAt(),
                                        percent(replay.share()),
                                        replay.state(),
                                        replay.approvedIn() == null ? "" : " in publication " + replay.approvedIn()))
                        .toList();
    }

    /** A share, such as {@code 0.12%}. */
    static String percent(double share) {
        return new BigDecimal(share * 100)
                        .round(new MathContext(2))
                        .stripTrailingZeros()
                        .toPlainString() + "%";
    }
}
