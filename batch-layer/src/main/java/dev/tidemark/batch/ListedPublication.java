package dev.tidemark.batch;

import dev.tidemark.deployment.PublicationLog;
import dev.tidemark.deployment.Warehouse;
import dev.tidemark.view.Cause;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SourceState;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One publication among others: why it was made, and what it changed against the one before.
 *
 * @param publication its number
 * @param publishedAt when it was made
 * @param cause why
 * @param records by how many records each source's cut moved; below zero if it moved back
 * @param definitions the sources whose definition sets it switched
 * @param days how many days of each view it changed; views that it left as they were are not in it
 * @param comparable whether the one before is kept, so that this can be told
 */
record ListedPublication(
        long publication,
        Instant publishedAt,
        Cause cause,
        Map<String, Long> records,
        Set<String> definitions,
        Map<String, Integer> days,
        boolean comparable) {

    private static final List<String> TITLES =
            List.of("publication", "published at", "cause", "records below the cut", "views and days changed");
    private static final String UNTOLD = "not told: the one before is not kept";

    /** The newest publications, the newest first. */
    static List<ListedPublication> newest(Warehouse warehouse, int most) {
        PublicationLog log = warehouse.publications();
        List<Long> numbers = new ArrayList<>(log.numbers());
        Collections.reverse(numbers);
        return numbers.stream()
                .limit(most)
                .flatMap(number -> log.read(number).stream())
                .map(publication -> of(before(log, publication.number()), publication))
                .toList();
    }

    private static Optional<Publication> before(PublicationLog log, long number) {
        return number == 1 ? Optional.of(Publication.NONE) : log.read(number - 1);
    }

    private static ListedPublication of(Optional<Publication> before, Publication publication) {
        Publication from = before.orElse(publication);
        Map<String, Long> records = new TreeMap<>();
        Set<String> definitions = new TreeSet<>();
        for (String source : both(from.sources(), publication.sources())) {
            Optional<SourceState> then = from.source(source);
            Optional<SourceState> now = publication.source(source);
            records.put(source, below(now) - below(then));
            if (then.isPresent() && now.isPresent() && !isOfSameSets(then.get(), now.get())) {
                definitions.add(source);
            }
        }
        return new ListedPublication(
                publication.number(),
                publication.publishedAt(),
                publication.cause(),
                records,
                definitions,
                days(from, publication),
                before.isPresent());
    }

    private static Set<String> both(Map<String, ?> before, Map<String, ?> now) {
        Set<String> names = new TreeSet<>(before.keySet());
        names.addAll(now.keySet());
        return names;
    }

    /** An earlier release did not count them; then it is the offsets. */
    private static long below(Optional<SourceState> state) {
        return state.map(known -> sum((known.records().isEmpty() ? known.cut().logs() : known.records()).values()))
                .orElse(0L);
    }

    private static long sum(Collection<Map<Integer, Long>> logs) {
        return logs.stream()
                .flatMap(partitions -> partitions.values().stream())
                .mapToLong(Long::longValue)
                .sum();
    }

    private static boolean isOfSameSets(SourceState one, SourceState other) {
        return one.definitionSet().equals(other.definitionSet())
                && one.batchSet().equals(other.batchSet());
    }

    private static Map<String, Integer> days(Publication before, Publication now) {
        Map<String, Integer> changed = new TreeMap<>();
        for (String view : both(before.segments(), now.segments())) {
            Set<LocalDate> days = now.changedDays(before, view);
            if (!days.isEmpty()) {
                changed.put(view, days.size());
            }
        }
        return changed;
    }

    /** The lines as a table for a terminal, under titles. */
    static List<String> table(List<ListedPublication> lines) {
        if (lines.isEmpty()) {
            return List.of("nothing has been published yet; run `tidemark archive` and `tidemark recompute`");
        }
        List<List<String>> rows = new ArrayList<>(List.of(TITLES));
        lines.forEach(line -> rows.add(line.cells()));
        List<Integer> widths = IntStream.range(0, TITLES.size())
                .mapToObj(column -> rows.stream()
                        .mapToInt(row -> row.get(column).length())
                        .max()
                        .orElseThrow())
                .toList();
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    private static String line(List<String> row, List<Integer> widths) {
        return IntStream.range(0, row.size())
                .mapToObj(column -> ("%-" + widths.get(column) + "s").formatted(row.get(column)))
                .collect(Collectors.joining("  "))
                .stripTrailing();
    }

    private List<String> cells() {
        return List.of(
                Long.toString(publication),
                publishedAt.truncatedTo(ChronoUnit.SECONDS).toString(),
                words(),
                comparable ? movedText() : UNTOLD,
                comparable ? changedText() : "");
    }

    private String words() {
        return switch (cause.kind()) {
            case RECOMPUTE -> "recompute";
            case DAYS -> "recompute of chosen days";
            case ADVANCE -> "advance";
            case REPLAY -> "replay " + cause.number() + " approved";
            case ROLLBACK -> "rolled back to " + cause.number();
            case UNKNOWN -> "not recorded";
        };
    }

    private String movedText() {
        return records.entrySet().stream()
                .map(source -> "%s %s".formatted(source.getKey(), signed(source.getValue())))
                .collect(Collectors.joining(", "));
    }

    private static String signed(long moved) {
        return moved == 0 ? "stayed" : "%+,d".formatted(moved);
    }

    private String changedText() {
        List<String> changed = new ArrayList<>();
        days.forEach((view, number) -> changed.add("%s %d".formatted(view, number)));
        definitions.forEach(source -> changed.add("other definitions of " + source));
        return changed.isEmpty() ? "none" : String.join(", ", changed);
    }
}
