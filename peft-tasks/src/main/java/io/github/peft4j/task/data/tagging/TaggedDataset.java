package io.github.peft4j.task.data.tagging;

import com.google.common.collect.ImmutableList;

/**
 * Tagged texts and the names of their tags.
 *
 * @param rows the texts in the order of the file
 * @param labels name of each tag index
 * @param badRows texts that were left out because something was wrong with them
 */
public record TaggedDataset(
        ImmutableList<TaggedText> rows, ImmutableList<String> labels, int badRows) {

    /** Number of texts. */
    public int size() {
        return rows.size();
    }
}
