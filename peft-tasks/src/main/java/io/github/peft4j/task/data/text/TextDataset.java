package io.github.peft4j.task.data.text;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.task.data.internal.Permutation;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Examples and the names of their classes.
 *
 * @param rows the examples in the order of the file
 * @param labels name of each class index
 * @param badRows rows that were left out because something was wrong with them
 * @param name what they were read from, or an empty text
 */
public record TextDataset(List<LabeledText> rows, List<String> labels, int badRows, String name) {

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
}
