package io.github.peft4j.task.data.text;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which columns hold the texts and the labels, by the names that such columns usually have. A name
 * counts where it is the only one of its kind; {@code text} and {@code label} go before the others.
 */
final class ColumnGuess {

    private static final ImmutableSet<String> TEXTS =
            words("text sentence review content comment tweet body utterance headline document");

    private static final ImmutableSet<String> LABELS =
            words(
                    "label labels category categories class target sentiment intent topic emotion"
                            + " rating stars score");

    private static final ImmutableSet<String> NEITHER =
            ImmutableSet.of("id", "idx", "index", "unnamed: 0");

    private static final ImmutableList<ImmutableList<String>> PAIRS =
            ImmutableList.of(
                    ImmutableList.of("sentence1", "sentence2"),
                    ImmutableList.of("premise", "hypothesis"),
                    ImmutableList.of("question1", "question2"),
                    ImmutableList.of("text1", "text2"),
                    ImmutableList.of("text_a", "text_b"));

    private final List<String> columns;

    ColumnGuess(List<String> columns) {
        this.columns = columns;
    }

    private static ImmutableSet<String> words(String names) {
        return ImmutableSet.copyOf(Splitter.on(' ').split(names));
    }

    /** The two texts of a row, where a usual pair of names is there. */
    Optional<List<String>> pair() {
        return PAIRS.stream()
                .map(pair -> pair.stream().flatMap(name -> called(name).stream()).toList())
                .filter(pair -> pair.size() == 2)
                .findFirst();
    }

    private Optional<String> called(String name) {
        return columns.stream()
                .filter(column -> column.toLowerCase(Locale.ROOT).equals(name))
                .findFirst();
    }

    /**
     * The column of the text.
     *
     * @param label the label's column, or null if it is not known
     * @throws IllegalArgumentException if no column is it without doubt
     */
    String text(@Nullable String label) {
        return one(TEXTS, "text", label)
                .or(() -> label == null ? Optional.empty() : other(label))
                .orElseThrow(() -> unknown("texts", "optTextColumn"));
    }

    /** The column of the label, unless it is {@code text} or there is doubt. */
    Optional<String> label(@Nullable String text) {
        return one(LABELS, "label", text);
    }

    /**
     * The column of the label next to that of the text.
     *
     * @throws IllegalArgumentException if no column is it without doubt
     */
    String labelBeside(String text) {
        return label(text)
                .or(() -> other(text))
                .orElseThrow(() -> unknown("labels", "optLabelColumn"));
    }

    private Optional<String> one(Set<String> names, String before, @Nullable String taken) {
        List<String> found =
                columns.stream()
                        .filter(column -> !column.equals(taken))
                        .filter(column -> names.contains(column.toLowerCase(Locale.ROOT)))
                        .toList();
        return found.size() == 1
                ? Optional.of(found.get(0))
                : found.stream().filter(column -> column.equals(before)).findFirst();
    }

    /** The only other column. */
    private Optional<String> other(String known) {
        List<String> others = columns.stream().filter(column -> !column.equals(known)).toList();
        return others.size() == 1 && !NEITHER.contains(others.get(0).toLowerCase(Locale.ROOT))
                ? Optional.of(others.get(0))
                : Optional.empty();
    }

    private IllegalArgumentException unknown(String what, String option) {
        return new IllegalArgumentException(
                "which of the columns %s holds the %s cannot be told. Name it: %s."
                        .formatted(columns, what, option));
    }
}
