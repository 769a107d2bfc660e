package io.github.peft4j.task.generate.internal;

/** Probabilities from scores. */
public final class Softmax {

    private Softmax() {}

    /**
     * {@code exp(score) / sum}, 0 for forbidden tokens.
     *
     * @throws IllegalStateException if no token is left, or a score is not a number
     */
    public static double[] of(float[] scores) {
        float top = Float.NEGATIVE_INFINITY;
        for (float score : scores) {
            top = Math.max(top, score); // NaN if one is
        }
        requireNumber(top);
        double[] probabilities = new double[scores.length];
        double sum = 0;
        for (int i = 0; i < scores.length; i++) {
            if (scores[i] > Float.NEGATIVE_INFINITY) {
                probabilities[i] = Math.exp((double) scores[i] - top);
                sum += probabilities[i];
            }
        }
        for (int i = 0; i < probabilities.length; i++) {
            probabilities[i] /= sum;
        }
        return probabilities;
    }

    /** Refuses a best score that no token can be chosen by. */
    public static void requireNumber(float best) {
        if (Float.isNaN(best) || best == Float.POSITIVE_INFINITY) {
            throw new IllegalStateException(
                    "The model's scores of the next token are not finite ("
                            + best
                            + "). Look for NaN or infinity in the weights of the model and its"
                            + " adapters.");
        }
        if (best == Float.NEGATIVE_INFINITY) {
            throw new IllegalStateException(
                    "Every next token is forbidden. Loosen no_repeat_ngram_size, min_new_tokens or"
                            + " your own processors.");
        }
    }
}
