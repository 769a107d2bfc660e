package io.github.peft4j.combine;

import com.google.common.base.Preconditions;

/**
 * What counts as an intruder dimension, and how much of it goes. Names and defaults are those of
 * PEFT's {@code reduce_intruder_dimension}.
 *
 * @param topK how many singular vectors of the merged weight are looked at, those with the largest
 *     singular values first; default 10
 * @param thresholdEpsilon a vector is an intruder if the absolute cosine of its angle to every
 *     singular vector of the base's weight is below this; in [0, 1], default 0.5. The lower, the
 *     fewer are found
 * @param mitigationLambda the factor that an intruder's singular value keeps in the merged weight;
 *     in [0, 1], default 0.75. At 1 nothing changes, at 0 the intruder is taken out whole
 */
public record IntruderOptions(int topK, double thresholdEpsilon, double mitigationLambda) {

    /** Ten vectors, the threshold 0.5, the factor 0.75. */
    public static final IntruderOptions DEFAULT = new IntruderOptions(10, 0.5, 0.75);

    /** Checks the values. */
    public IntruderOptions {
        Preconditions.checkArgument(topK > 0, "top_k is %s; it must be over 0, such as 10.", topK);
        requireShare("threshold_epsilon", thresholdEpsilon, "0.5");
        requireShare("mitigation_lambda", mitigationLambda, "0.75");
    }

    private static void requireShare(String key, double value, String example) {
        Preconditions.checkArgument(
                value >= 0 && value <= 1,
                "%s is %s; it must be in [0, 1], such as %s.",
                key,
                value,
                example);
    }

    /** These options with another number of vectors that are looked at. */
    public IntruderOptions withTopK(int value) {
        return new IntruderOptions(value, thresholdEpsilon, mitigationLambda);
    }

    /** These options with another threshold. */
    public IntruderOptions withThresholdEpsilon(double value) {
        return new IntruderOptions(topK, value, mitigationLambda);
    }

    /** These options with another factor. */
    public IntruderOptions withMitigationLambda(double value) {
        return new IntruderOptions(topK, thresholdEpsilon, value);
    }
}
