package io.github.peft4j.report;

/** A type in which merged weights may be kept or saved. */
public enum MergeType {
    /** The upper half of a float32: 8 bits of precision, so a step is 2^-8 to 2^-7 of a number. */
    BF16(7, Float.MIN_EXPONENT, Double.MAX_VALUE),
    /** Half precision: 11 bits, so a step is 2^-11 to 2^-10 of a number; nothing above 65,504. */
    F16(10, -14, 65504),
    /** 8-bit integers with one scale an output, the largest number of its row divided by 127. */
    INT8(0, 0, Double.MAX_VALUE);

    private final int bits;
    private final int smallestExponent;
    private final double largest;

    MergeType(int bits, int smallestExponent, double largest) {
        this.bits = bits;
        this.smallestExponent = smallestExponent;
        this.largest = largest;
    }

    /** The distance of the numbers of this type next to one of a row with this largest number. */
    public double step(double number, double largestOfRow) {
        return this == INT8
                ? largestOfRow / 127
                : Math.scalb(1.0, Math.max(Math.getExponent(number), smallestExponent) - bits);
    }

    /** The number of this type that is next to one; infinite where it is too large. */
    public double round(double number, double largestOfRow) {
        double step = step(number, largestOfRow);
        double rounded = step == 0 ? number : Math.rint(number / step) * step;
        return Math.abs(rounded) > largest
                ? Math.copySign(Double.POSITIVE_INFINITY, number)
                : rounded;
    }
}
