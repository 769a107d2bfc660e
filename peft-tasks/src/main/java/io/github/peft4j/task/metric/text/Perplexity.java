package io.github.peft4j.task.metric.text;

/**
 * How many tokens a language model wavers between on average, \(\exp(\frac{1}{N} \sum_i -\ln
 * p_i)\).
 *
 * <p>\(N\) counts the tokens that were predicted: for a row of \(S\) tokens \(S - 1\), as nothing
 * predicts the first. A batch therefore enters with its summed loss; the mean of the batches' mean
 * losses would be another number. 1 is perfect; figures of different tokenizers do not compare.
 *
 * <p>Not safe for use by several threads at once.
 *
 * @see <a href="https://huggingface.co/docs/transformers/perplexity">Hugging Face</a>
 */
public final class Perplexity {

    private double loss;
    private long tokens;

    /**
     * Counts the tokens of a batch.
     *
     * @param summedLoss cross entropy in nats, summed over the predicted tokens
     * @param predictedTokens their number, those with label -100 left out
     */
    public void update(double summedLoss, long predictedTokens) {
        if (predictedTokens < 0 || (predictedTokens == 0 && summedLoss != 0)) {
            throw new IllegalArgumentException(
                    ("A loss of %s over %d tokens cannot be. Give the number of tokens that were"
                                    + " predicted.")
                            .formatted(summedLoss, predictedTokens));
        }
        if (summedLoss < 0) {
            throw new IllegalArgumentException(
                    "Loss %s is negative, a cross entropy is not. Give the sum of -ln p."
                            .formatted(summedLoss));
        }
        loss += summedLoss;
        tokens += predictedTokens;
    }

    /** The figure for all tokens so far; infinite or NaN if a loss was. */
    public double value() {
        if (tokens == 0) {
            throw new IllegalStateException(
                    "The perplexity of 0 tokens has no value. Count one or more first.");
        }
        return Math.exp(loss / tokens);
    }

    /** Number of tokens. */
    public long tokens() {
        return tokens;
    }
}
