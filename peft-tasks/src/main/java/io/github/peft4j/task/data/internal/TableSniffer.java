package io.github.peft4j.task.data.internal;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells what stands between the cells of a table, whether quotes are around them, and whether its
 * first line names the columns.
 *
 * <p>A delimiter is found if it alone cuts all rows at the beginning into the same number of cells,
 * more than one; so is a tab in a file named after it, whatever else would do. If some rows are
 * bad, the delimiter of the file's name counts, or the one of four rows in five. Otherwise the
 * caller must say.
 */
public final class TableSniffer {

    /** Of the rows that must be cut alike where no delimiter cuts all. */
    private static final double ENOUGH = 0.8;

    private static final ImmutableList<Character> DELIMITERS =
            ImmutableList.of(',', ';', '\t', '|');

    private final String text;
    private final boolean whole;
    private @Nullable Character expected;
    private @Nullable Character delimiter;
    private @Nullable Boolean quotes;
    private @Nullable Boolean header;
    private final List<String> notes = new ArrayList<>();

    private TableSniffer(String text, boolean whole) {
        this.text = text;
        this.whole = whole;
    }

    /**
     * What was found.
     *
     * @param delimiter between cells
     * @param quotes whether cells may stand in quotes
     * @param header whether the first row names the columns
     * @param first the first row
     * @param notes what to know about a guess, as sentences
     */
    public record Shape(
            char delimiter,
            boolean quotes,
            boolean header,
            List<String> first,
            List<String> notes) {

        /** Copies the collections. */
        public Shape {
            first = ImmutableList.copyOf(first);
            notes = ImmutableList.copyOf(notes);
        }
    }

    /**
     * Looks at the beginning of a file.
     *
     * @param whole whether it is all of the file, so that the last row is complete
     */
    public static TableSniffer of(String text, boolean whole) {
        return new TableSniffer(text, whole);
    }

    /** The end of the file's name, in lower case. */
    public TableSniffer named(String extension) {
        expected =
                switch (extension) {
                    case "csv" -> ',';
                    case "tsv", "tab" -> '\t';
                    default -> null;
                };
        return this;
    }

    /** What is not to be guessed. */
    public TableSniffer given(
            @Nullable Character delimiter, @Nullable Boolean quotes, @Nullable Boolean header) {
        this.delimiter = delimiter;
        this.quotes = quotes;
        this.header = header;
        return this;
    }

    /**
     * What the table looks like.
     *
     * @throws IOException if it may be read in two ways; the option that decides is named
     */
    public Shape shape(String name) throws IOException {
        Cut cut = delimiter == null ? found(name) : cut(delimiter);
        HeaderSniffer names = new HeaderSniffer(cut.rows());
        boolean named = header == null ? names.header(name, notes) : header;
        return new Shape(cut.delimiter(), cut.quotes(), named, cut.first(), notes);
    }

    private Cut found(String name) throws IOException {
        Map<Character, Cut> cuts = new LinkedHashMap<>();
        for (char each : DELIMITERS) {
            cuts.put(each, cut(each));
        }
        List<Cut> several = cuts.values().stream().filter(each -> each.width() > 1).toList();
        List<Cut> alike = unbroken(several.stream().filter(each -> each.share() == 1).toList());
        if (alike.size() == 1) {
            return warned(alike.get(0));
        }
        for (Cut each : alike) {
            if (each.delimiter() == '\t' && expected != null && expected == '\t') {
                return each; // texts hold no tabs, and the name promises them
            }
        }
        if (!alike.isEmpty()) {
            throw new IOException(
                    "%s may be cut by %s: each cuts all rows alike. Say which: optDelimiter(%s)."
                            .formatted(name, shown(alike), quoted(alike.get(0).delimiter())));
        }
        return several.isEmpty() ? oneColumn(name, cuts) : nearly(name, several);
    }

    /** Those that leave quoted cells in one piece, if any does. */
    private static List<Cut> unbroken(List<Cut> cuts) {
        List<Cut> quoted = cuts.stream().filter(Cut::quotes).toList();
        return quoted.isEmpty() ? cuts : quoted;
    }

    /** Not all rows are cut alike: some are bad, and the reader will name them. */
    private Cut nearly(String name, List<Cut> several) throws IOException {
        double most = several.stream().mapToDouble(Cut::share).max().orElse(0);
        List<Cut> best = several.stream().filter(each -> each.share() == most).toList();
        for (Cut each : best) {
            if (expected != null && each.delimiter() == expected) {
                return each;
            }
        }
        if (best.size() == 1 && most >= ENOUGH) {
            return warned(best.get(0));
        }
        throw new IOException(
                "%s: no delimiter cuts all rows alike, neither does %s. Say which: optDelimiter(%s)."
                        .formatted(name, shown(several), quoted(best.get(0).delimiter())));
    }

    /** Lines of one cell: the delimiter is one that occurs in none. */
    private Cut oneColumn(String name, Map<Character, Cut> cuts) throws IOException {
        List<Cut> ones = cuts.values().stream().filter(each -> each.share() == 1).toList();
        if (ones.isEmpty()) {
            throw new IOException(
                    "%s: the first line has one cell and others have more, whatever cuts them. Say"
                                    .formatted(name)
                            + " what stands between cells: optDelimiter(',').");
        }
        for (Cut each : ones) {
            if (expected != null && each.delimiter() == expected) {
                return each;
            }
        }
        notes.add("It has one column; if it has more, say what is between them (optDelimiter).");
        return ones.get(0);
    }

    private Cut warned(Cut cut) {
        boolean usual = cut.delimiter() == ';'; // as spreadsheets write .csv in half of Europe
        if (expected != null && cut.delimiter() != expected && !usual) {
            notes.add(
                    "Its name promises %s between cells, there is %s (optDelimiter)."
                            .formatted(quoted(expected), quoted(cut.delimiter())));
        }
        return cut;
    }

    private Cut cut(char by) {
        Cut quoted = Cut.quoted(text, whole, by);
        if (quotes != null) {
            return quotes ? quoted : Cut.plain(text, whole, by);
        }
        if (quoted.malformed() > 0) {
            Cut plain = Cut.plain(text, whole, by);
            return plain.share() == 1 ? plain : quoted;
        }
        return quoted;
    }

    private static String shown(List<Cut> cuts) {
        return cuts.stream().map(Cut::toString).collect(Collectors.joining(" or by "));
    }

    private static String quoted(char delimiter) {
        return delimiter == '\t' ? "'\\t'" : "'" + delimiter + "'";
    }
}
