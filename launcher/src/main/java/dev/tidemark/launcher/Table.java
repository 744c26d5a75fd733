package dev.tidemark.launcher;

import java.util.ArrayList;
import java.util.List;

/** Rows in aligned columns, for a terminal: numbers to the right, everything else to the left. Accumulates. */
final class Table {

    private static final String GAP = "  ";

    private final List<String> header;
    private final List<Boolean> right;
    private final List<List<String>> rows = new ArrayList<>();

    private Table(List<String> header, List<Boolean> right) {
        this.header = header;
        this.right = right;
    }

    /** A table whose columns are all to the left. */
    static Table of(String... header) {
        return new Table(
                List.of(header), List.of(header).stream().map(name -> false).toList());
    }

    /** @param right for each column, whether it holds numbers */
    static Table of(List<String> header, List<Boolean> right) {
        return new Table(header, right);
    }

    /** Adds a row with a text for each column. */
    Table row(List<String> cells) {
        rows.add(cells);
        return this;
    }

    /** Adds a row with a text for each column. */
    Table row(String... cells) {
        return row(List.of(cells));
    }

    /** The lines, the header first; none ends with a space. */
    List<String> lines() {
        List<Integer> widths = new ArrayList<>();
        for (int column = 0; column < header.size(); column++) {
            int at = column;
            widths.add(rows.stream().mapToInt(row -> width(row.get(at))).reduce(width(header.get(at)), Math::max));
        }
        List<String> lines = new ArrayList<>();
        lines.add(line(header, widths));
        rows.forEach(row -> lines.add(line(row, widths)));
        return lines;
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }

    private String line(List<String> cells, List<Integer> widths) {
        List<String> padded = new ArrayList<>();
        for (int column = 0; column < cells.size(); column++) {
            String cell = cells.get(column);
            String space = " ".repeat(widths.get(column) - width(cell));
            padded.add(right.get(column) ? space + cell : cell + space);
        }
        return String.join(GAP, padded).stripTrailing();
    }
}
