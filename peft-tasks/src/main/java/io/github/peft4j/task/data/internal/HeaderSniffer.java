package io.github.peft4j.task.data.internal;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableSet;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Tells whether the first row of a table names its columns.
 *
 * <p>A usual name ({@code text}, {@code label}, ...) makes it a header. Otherwise a column of
 * numbers under a cell that is none speaks for it; against it a number over numbers, and a cell
 * that comes again below it, as labels do. Without either the row is a header if its cells look
 * like names.
 */
final class HeaderSniffer {

    private static final ImmutableSet<String> USUAL =
            ImmutableSet.copyOf(
                    Splitter.on(' ')
                            .split(
                                    "text texts text_pair text1 text2 text_a text_b sentence sentence1"
                                            + " sentence2 premise hypothesis question1 question2 review"
                                            + " content comment tweet body utterance headline document"
                                            + " label labels category categories class target sentiment"
                                            + " intent topic emotion rating stars score id idx index"
                                            + " split source prompt completion question answer answers"
                                            + " context instruction input output tokens tags"
                                            + " ner_tags messages conversations query passage"
                                            + " title description date url lang language"));

    private static final Pattern NUMBER =
            Pattern.compile("[-+]?\\d{1,30}([.,]\\d{1,30})?([eE][-+]?\\d{1,3})?");

    private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_.:/() -]{0,39}");
    private static final int MOST_WORDS = 3;

    private final List<String> first;
    private final List<List<String>> below;

    HeaderSniffer(List<List<String>> rows) {
        first = rows.isEmpty() ? List.of() : rows.get(0);
        below = rows.stream().skip(1).filter(row -> row.size() == first.size()).toList();
    }

    /**
     * Whether the first row is a header.
     *
     * @param notes gets a sentence if the decision rests on looks alone
     * @throws IOException if it may be either
     */
    boolean header(String name, List<String> notes) throws IOException {
        if (columns().anyMatch(this::isUsual)) {
            return true;
        }
        boolean speaks = columns().anyMatch(this::wordsOverNumbers);
        boolean denies = columns().anyMatch(i -> comesAgain(i) || numberOverNumbers(i));
        boolean positions = IntStream.range(0, first.size()).allMatch(this::isPosition);
        if (speaks != denies && !positions) {
            return speaks;
        }
        boolean names =
                first.stream().allMatch(this::looksLikeName)
                        && new HashSet<>(first).size() == first.size();
        if (!speaks && !denies && names) {
            notes.add("Its first line is taken for the columns' names (optHeader).");
            return true;
        }
        throw new IOException(
                "%s: the first line %s may name the columns or be a row. Say so: optHeader(true) or"
                                .formatted(name, first)
                        + " optHeader(false).");
    }

    private boolean isUsual(int column) {
        return USUAL.contains(first.get(column).toLowerCase(Locale.ROOT)) && !comesAgain(column);
    }

    private IntStream columns() {
        return IntStream.range(0, first.size());
    }

    private Stream<String> below(int column) {
        return below.stream().map(row -> row.get(column)).filter(cell -> !cell.isEmpty());
    }

    private boolean numbersBelow(int column) {
        return below(column).findAny().isPresent()
                && below(column).allMatch(cell -> NUMBER.matcher(cell).matches());
    }

    private boolean isNumber(int column) {
        return NUMBER.matcher(first.get(column)).matches();
    }

    private boolean wordsOverNumbers(int column) {
        return !first.get(column).isEmpty() && !isNumber(column) && numbersBelow(column);
    }

    private boolean numberOverNumbers(int column) {
        return isNumber(column) && numbersBelow(column);
    }

    private boolean comesAgain(int column) {
        String cell = first.get(column);
        return !cell.isEmpty() && below(column).anyMatch(cell::equals);
    }

    /** As a table of pandas without names has it. */
    private boolean isPosition(int column) {
        return first.get(column).equals(Integer.toString(column));
    }

    private boolean looksLikeName(String cell) {
        return NAME.matcher(cell).matches()
                && Splitter.on(' ').splitToList(cell).size() <= MOST_WORDS;
    }
}
