package io.github.peft4j.task.data.text;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.task.data.read.LabelIndex;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a row's label is read.
 *
 * @param column column of the label; null if it is guessed or {@code columns} are given
 * @param columns a column of 0 and 1 for each label, for several labels
 * @param separator between several labels in one cell; null if there is one, or a list
 * @param multiHot whether a list holds a 0 or 1 for each label instead of the labels that apply
 * @param problemType what is predicted; null for what the options and the first row say: several
 *     labels for a list, otherwise one class
 * @param names names of the labels in the order of their indices; if empty, those of the file are
 *     numbered as {@link LabelIndex} says, in whatever order they appear
 * @param leaveOut classes whose rows are passed over, e.g. {@code neutral}
 */
public record LabelOptions(
        @Nullable String column,
        List<String> columns,
        @Nullable String separator,
        boolean multiHot,
        @Nullable ProblemType problemType,
        List<String> names,
        Set<String> leaveOut) {

    /** Refuses labels that are given twice, or given and left out, and options that contradict. */
    public LabelOptions {
        columns = new LabelIndex(columns).names();
        names = ImmutableList.copyOf(names);
        leaveOut = ImmutableSet.copyOf(leaveOut);
        List<String> distinct = new LabelIndex(names).names();
        for (String label : leaveOut) {
            if (distinct.contains(label)) {
                throw new IllegalArgumentException(
                        "Label '%s' is both a class and left out. Decide for one."
                                .formatted(label));
            }
        }
        boolean several = !columns.isEmpty() || separator != null || multiHot;
        if (several && problemType == null) {
            problemType = ProblemType.MULTI_LABEL_CLASSIFICATION;
        } else if (several
                && problemType != null
                && problemType != ProblemType.MULTI_LABEL_CLASSIFICATION) {
            throw new IllegalArgumentException(
                    ("problem_type %s has one label a row; optLabelColumns, optLabelSeparator and"
                                    + " optMultiHot are for several. Leave them out.")
                            .formatted(problemType.key()));
        }
        if (several && !leaveOut.isEmpty()) {
            throw new IllegalArgumentException(
                    "optLeaveOut %s is for one class a row, and rows have several labels here. Leave"
                                    .formatted(leaveOut)
                            + " it out.");
        }
        requireOneSource(column, columns, separator, names);
    }

    private static void requireOneSource(
            @Nullable String column,
            List<String> columns,
            @Nullable String separator,
            List<String> names) {
        if (separator != null && separator.isBlank() && !separator.equals(" ")) {
            throw new IllegalArgumentException(
                    "The separator of labels '%s' is empty. Give one such as '|'."
                            .formatted(separator));
        }
        if (columns.isEmpty()) {
            return;
        }
        if (column != null || separator != null) {
            throw new IllegalArgumentException(
                    "Labels are in columns %s and in column '%s' too. Give one of both."
                            .formatted(columns, column));
        }
        if (!names.isEmpty() && !names.equals(columns)) {
            throw new IllegalArgumentException(
                    "Labels %s are not the columns %s in their order. Give the columns as the labels"
                                    .formatted(names, columns)
                            + " are numbered.");
        }
    }

    /** These options with the column that was found. */
    LabelOptions withColumn(String found) {
        return new LabelOptions(found, columns, separator, multiHot, problemType, names, leaveOut);
    }

    /** These options with labels that another file has numbered. */
    LabelOptions withNames(List<String> given, ProblemType type) {
        return new LabelOptions(column, columns, separator, multiHot, type, given, leaveOut);
    }
}
