package io.github.peft4j.task.data.chat;

import io.github.peft4j.task.data.TokenDataset;
import java.util.Arrays;

/**
 * A conversation as tokens.
 *
 * @param ids its tokens
 * @param counts whether each counts
 * @param turns turns of the assistant
 * @param emptyTurns those that say nothing
 * @param mergedStarts turns whose start shares a token with what is before it
 */
record LabelledRow(int[] ids, boolean[] counts, int turns, int emptyTurns, int mergedStarts) {

    /** The first tokens of the row. */
    LabelledRow cut(int length) {
        return new LabelledRow(
                Arrays.copyOf(ids, length),
                Arrays.copyOf(counts, length),
                turns,
                emptyTurns,
                mergedStarts);
    }

    /** The ids that count, the others ignored. */
    int[] labels() {
        int[] labels = new int[ids.length];
        Arrays.setAll(labels, i -> counts[i] ? ids[i] : TokenDataset.IGNORED);
        return labels;
    }

    /** Tokens that count in a loss, which predicts each from those before it. */
    int counted() {
        int counted = 0;
        for (int i = 1; i < counts.length; i++) {
            counted += counts[i] ? 1 : 0;
        }
        return counted;
    }
}
