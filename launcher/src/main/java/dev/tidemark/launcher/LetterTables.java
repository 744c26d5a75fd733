package dev.tidemark.launcher;

import dev.tidemark.deployment.deadletter.LetterReport;
import dev.tidemark.deployment.deadletter.LetterSample;
import dev.tidemark.deployment.deadletter.ShownBytes;
import dev.tidemark.schema.DeadLetter;
import dev.tidemark.schema.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A source's dead letters for people. */
final class LetterTables {

    /** Longer texts are cut: a row shall fit a line. */
    private static final int WIDEST = 60;

    private LetterTables() {}

    static List<String> lines(Source source, LetterReport report) {
        List<String> lines = new ArrayList<>();
        lines.add("%s: %,d dead letters in topic %s, %,d of them sent again"
                .formatted(source.name(), report.letters(), DeadLetter.topic(source.topic()), report.redriven()));
        if (report.foreign() > 0) {
            lines.add("  and %,d records that are no dead letters this release knows".formatted(report.foreign()));
        }
        if (!report.reasons().isEmpty()) {
            lines.add("");
            reasons(report).lines().forEach(line -> lines.add("  " + line));
        }
        if (!report.samples().isEmpty()) {
            lines.add("");
            samples(report).lines().forEach(line -> lines.add("  " + line));
        }
        lines.add("");
        return lines;
    }

    private static Table reasons(LetterReport report) {
        Table table = Table.of(List.of("reason", "letters", "redriven", "views"), List.of(false, true, true, false));
        for (LetterReport.OfReason row : report.reasons()) {
            table.row(
                    printable(row.reason()),
                    Long.toString(row.letters()),
                    Long.toString(row.redriven()),
                    views(row.views()));
        }
        return table;
    }

    private static String views(Map<String, Long> views) {
        return views.entrySet().stream()
                .map(view -> printable(view.getKey()) + " " + view.getValue())
                .collect(Collectors.joining(", "));
    }

    private static Table samples(LetterReport report) {
        Table table = Table.of(
                List.of("partition", "offset", "timestamp", "reason", "redriven", "message", "value"),
                List.of(true, true, false, false, false, false, false));
        for (LetterReport.Sample sample : report.samples()) {
            LetterSample letter = sample.letter();
            table.row(
                    Integer.toString(letter.position().partition()),
                    Long.toString(letter.position().offset()),
                    sample.timestamp().toString(),
                    printable(letter.reason()),
                    sample.redriven() ? "yes" : "no",
                    printable(letter.message()),
                    letter.value().map(LetterTables::value).orElse("-"));
        }
        return table;
    }

    private static String value(ShownBytes value) {
        return value.isText() ? printable(value.text()) : "base64 " + printable(value.text());
    }

    /** Without what would move a terminal's cursor, and short. */
    private static String printable(String text) {
        String flat = text.replaceAll("\\p{C}", " ");
        int characters = flat.codePointCount(0, flat.length());
        return characters <= WIDEST ? flat : flat.substring(0, flat.offsetByCodePoints(0, WIDEST - 1)) + "…";
    }
}
