package io.github.peft4j.task.data.tagging;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.task.data.text.Split;
import java.util.List;

/**
 * Tagged texts and the names of their tags.
 *
 * @param rows the texts in the order of the file
 * @param labels name of each tag index
 * @param badRows texts that were left out because something was wrong with them
 */
public record TaggedDataset(List<TaggedText> rows, List<String> labels, int badRows) {

    /** Copies the collections. */
    public TaggedDataset {
        rows = ImmutableList.copyOf(rows);
        labels = ImmutableList.copyOf(labels);
    }

    /** Number of texts. */
    public int size() {
        return rows.size();
    }

    /**
     * Divides the texts into two parts at random, whatever their tags; both keep the order of the
     * file and the labels.
     *
     * @param share of the test part, between 0 and 1, such as 0.2
     * @throws IllegalArgumentException if the share is not between 0 and 1, or leaves a part empty
     */
    public Split<TaggedDataset> split(double share, long seed) {
        Split<List<TaggedText>> parts = Split.of(rows, share, seed);
        return new Split<>(
                new TaggedDataset(parts.train(), labels, badRows),
                new TaggedDataset(parts.test(), labels, badRows));
    }
}
