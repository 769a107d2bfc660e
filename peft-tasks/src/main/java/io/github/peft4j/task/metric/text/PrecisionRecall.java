package io.github.peft4j.task.metric.text;

/**
 * How much of what was found is right, and how much of what is right was found.
 *
 * @param precision right ones among those found, 0 to 1
 * @param recall found ones among those that should be, 0 to 1
 */
public record PrecisionRecall(double precision, double recall) {

    /** From counts; 0 / 0 is 0. */
    static PrecisionRecall of(long right, long found, long wanted) {
        return new PrecisionRecall(ratio(right, found), ratio(right, wanted));
    }

    /** Their harmonic mean, \(F_1 = 2 P R / (P + R)\); 0 if both are 0. */
    public double f1() {
        return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }

    private static double ratio(long part, long whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }
}
