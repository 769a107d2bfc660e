package io.github.peft4j.ops;

/**
 * What distinguishes one family's attention from another's.
 *
 * @param heads N, of the queries
 * @param keyValueHeads K, of keys and values; divides N (grouped queries where it is smaller)
 * @param scale factor on the scores, usually {@code 1 / sqrt(H)}
 * @param dropout probability on the attention weights
 * @param causal whether a query sees no later key
 * @param window how many positions a causal query sees, itself included; 0 for all
 * @param softCap c &gt; 0 bends scores to {@code c tanh(score / c)}; 0 leaves them
 */
public record AttentionSpec(
        int heads,
        int keyValueHeads,
        double scale,
        double dropout,
        boolean causal,
        int window,
        double softCap) {

    /** Refuses what no attention can have. */
    public AttentionSpec {
        if (heads < 1 || keyValueHeads < 1 || heads % keyValueHeads != 0) {
            throw new IllegalArgumentException(
                    heads
                            + " heads do not split over "
                            + keyValueHeads
                            + " key and value heads. Correct the numbers of heads in config.json.");
        }
        Operands.requireProbability(dropout);
        if (window < 0 || (window > 0 && !causal)) {
            throw new IllegalArgumentException(
                    "A window of "
                            + window
                            + " positions must be 0 (none) or more, and belongs to causal attention.");
        }
        if (!(softCap >= 0)) {
            throw new IllegalArgumentException(
                    "The soft cap on scores is " + softCap + "; it must be 0 (none) or more.");
        }
    }

    /** Every query sees every key; scores are scaled by {@code 1 / sqrt(headSize)}. */
    public static AttentionSpec of(int heads, int headSize) {
        return new AttentionSpec(heads, heads, 1 / Math.sqrt(headSize), 0, false, 0, 0);
    }

    /** The same, where a query sees no later key. */
    public AttentionSpec withCausal() {
        return new AttentionSpec(heads, keyValueHeads, scale, dropout, true, window, softCap);
    }

    /** The same with fewer heads for keys and values. */
    public AttentionSpec withKeyValueHeads(int count) {
        return new AttentionSpec(heads, count, scale, dropout, causal, window, softCap);
    }

    /** The same with another factor on the scores. */
    public AttentionSpec withScale(double factor) {
        return new AttentionSpec(heads, keyValueHeads, factor, dropout, causal, window, softCap);
    }

    /** The same with dropout on the attention weights. */
    public AttentionSpec withDropout(double probability) {
        return new AttentionSpec(heads, keyValueHeads, scale, probability, causal, window, softCap);
    }

    /** The same, where a query sees only this many positions, itself included. */
    public AttentionSpec withWindow(int positions) {
        return new AttentionSpec(heads, keyValueHeads, scale, dropout, causal, positions, softCap);
    }

    /** The same with bent scores. */
    public AttentionSpec withSoftCap(double cap) {
        return new AttentionSpec(heads, keyValueHeads, scale, dropout, causal, window, cap);
    }
}
