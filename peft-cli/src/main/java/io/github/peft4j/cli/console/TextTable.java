package io.github.peft4j.cli.console;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A small table for a terminal: columns as wide as their widest cell, two spaces between them,
 * numbers to the right and text to the left.
 */
public final class TextTable {

    private final List<String> heads;
    private final List<List<Object>> rows = new ArrayList<>();

    /** A table with these column heads. */
    public TextTable(String... heads) {
        this.heads = List.of(heads);
    }

    /**
     * Adds a row.
     *
     * @param cells one a column: text, whole numbers (printed with thousands separators) or
     *     fractions (printed with four digits)
     */
    public TextTable addRow(Object... cells) {
        if (cells.length != heads.size()) {
            throw new IllegalArgumentException(
                    "A row of "
                            + cells.length
                            + " cells in a table of "
                            + heads.size()
                            + " columns: "
                            + List.of(cells)
                            + ".");
        }
        rows.add(List.of(cells));
        return this;
    }

    /** Prints the heads, a rule and the rows. */
    public void print(PrintWriter out) {
        for (String line : lines()) {
            out.println(line);
        }
    }

    List<String> lines() {
        int[] widths = new int[heads.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = heads.get(i).length();
            for (List<Object> row : rows) {
                widths[i] = Math.max(widths[i], text(row.get(i)).length());
            }
        }
        List<String> lines = new ArrayList<>();
        StringBuilder head = new StringBuilder();
        StringBuilder rule = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            append(head, heads.get(i), widths[i], isNumeric(i));
            append(rule, "-".repeat(widths[i]), widths[i], false);
        }
        lines.add(head.toString().stripTrailing());
        lines.add(rule.toString());
        for (List<Object> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                append(line, text(row.get(i)), widths[i], isNumeric(i));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    private boolean isNumeric(int column) {
        return !rows.isEmpty() && rows.get(0).get(column) instanceof Number;
    }

    private static void append(StringBuilder line, String text, int width, boolean right) {
        String gap = " ".repeat(width - text.length());
        line.append(line.length() == 0 ? "" : "  ").append(right ? gap + text : text + gap);
    }

    private static String text(Object cell) {
        if (cell instanceof Double || cell instanceof Float) {
            return String.format(Locale.ROOT, "%.4f", ((Number) cell).doubleValue());
        }
        return cell instanceof Number whole
                ? String.format(Locale.ROOT, "%,d", whole.longValue())
                : cell.toString();
    }
}
