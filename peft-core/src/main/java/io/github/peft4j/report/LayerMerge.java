package io.github.peft4j.report;

import java.util.Locale;

/**
 * What rounding leaves of an adapter's change of one weight, with W the weight, D the change and R
 * the rounding to the type.
 *
 * @param name the weight's key in the checkpoint
 * @param weight root of the mean of the squares of W
 * @param change the same of D
 * @param step the same of the distances between neighbours of W + D in the type
 * @param kept how much of the change is left in its own direction, (R(W + D) - R(W)) D / D D: 1 is
 *     all, 0 is nothing
 * @param error what rounding adds to the change, |R(W + D) - R(W) - D| / |D|: 0 is nothing
 * @param numbers how many numbers the weight has
 */
public record LayerMerge(
        String name,
        double weight,
        double change,
        double step,
        double kept,
        double error,
        long numbers) {

    /** In one line, the change in steps first. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s: change %.2g steps (%.2g of the weight), kept %.0f%%, error %.0f%%",
                name,
                step == 0 ? 0 : change / step,
                weight == 0 ? 0 : change / weight,
                100 * kept,
                100 * error);
    }
}
