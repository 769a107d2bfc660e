package io.github.peft4j.task.data.tagging;

import com.google.common.collect.ImmutableList;
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
}
