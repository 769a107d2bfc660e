package io.github.peft4j.task.data.text;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.task.data.internal.Permutation;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Examples and the names of their classes.
 *
 * @param rows the examples in the order of the file
 * @param labels name of each class index; of a number, its name alone
 * @param badRows rows that were left out because something was wrong with them
 * @param name what they were read from, or an empty text
 */
public record TextDataset(List<LabeledText> rows, List<String> labels, int badRows, String name) {

    private static final Logger logger = LoggerFactory.getLogger(TextDataset.class);

    /** Copies the collections. */
    public TextDataset {
        rows = ImmutableList.copyOf(rows);
        labels = ImmutableList.copyOf(labels);
    }

    /** Number of examples. */
    public int size() {
        return rows.size();
    }

    /**
     * Some examples drawn at random, the same ones for the same seed. A file may be sorted by
     * label: its first rows are no sample.
     */
    public TextDataset draw(int count, long seed) {
        if (count < 1 || count > rows.size()) {
            throw new IllegalArgumentException(
                    "Cannot draw %d of %d examples. Give a number from 1 to %2$d."
                            .formatted(count, rows.size()));
        }
        int[] order = Permutation.of(rows.size(), new SplittableRandom(seed));
        return new TextDataset(
                Arrays.stream(order, 0, count)
                        .mapToObj(rows::get)
                        .collect(ImmutableList.toImmutableList()),
                labels,
                badRows,
                name);
    }

    /** What is predicted, as the labels of the rows have it. */
    public ProblemType problemType() {
        return rows.isEmpty()
                ? ProblemType.SINGLE_LABEL_CLASSIFICATION
                : ProblemType.of(rows.get(0).label());
    }

    /**
     * Divides the examples into two parts, at random but the same way for the same seed on every
     * machine; both keep the order of the file and the labels.
     *
     * <p>Each class has its share in both parts, within one row; so has each combination of several
     * labels, those that occur once taken together; numbers are divided in ten groups by their
     * size. A class of one row stays in the training part, with a warning.
     *
     * @param share of the test part, between 0 and 1, such as 0.2
     * @throws IllegalArgumentException if the share is not between 0 and 1, or leaves a part empty
     */
    public Split<TextDataset> split(double share, long seed) {
        Split<List<LabeledText>> parts = Split.of(rows, LabelStrata.of(rows), share, seed);
        Set<String> single = LabelStrata.single(this);
        if (!single.isEmpty()) {
            logger.warn(
                    "{}: labels {} have one row each, which stays in the training part: the test"
                            + " part does not know them.",
                    name,
                    single);
        }
        return new Split<>(
                new TextDataset(parts.train(), labels, badRows, name),
                new TextDataset(parts.test(), labels, badRows, name));
    }
}
