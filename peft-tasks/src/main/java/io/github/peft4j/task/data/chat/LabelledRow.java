package io.github.peft4j.task.data.chat;

import io.github.peft4j.task.data.TokenDataset;
import java.util.Arrays;

/** A conversation as tokens. */
final class LabelledRow {

    private final int[] ids;
    private final boolean[] counts;
    private final int turns;
    private final int emptyTurns;
    private final int mergedStarts;

    /**
     * Takes the arrays over.
     *
     * @param ids its tokens
     * @param counts whether each counts
     * @param turns turns of the assistant
     * @param emptyTurns those that say nothing
     * @param mergedStarts turns whose start shares a token with what is before it
     */
    LabelledRow(int[] ids, boolean[] counts, int turns, int emptyTurns, int mergedStarts) {
        this.ids = ids;
        this.counts = counts;
        this.turns = turns;
        this.emptyTurns = emptyTurns;
        this.mergedStarts = mergedStarts;
    }

    /** Its tokens: not a copy. */
    int[] ids() {
        return ids;
    }

    /** Whether a token counts. */
    boolean counts(int token) {
        return counts[token];
    }

    int turns() {
        return turns;
    }

    int emptyTurns() {
        return emptyTurns;
    }

    int mergedStarts() {
        return mergedStarts;
    }

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
