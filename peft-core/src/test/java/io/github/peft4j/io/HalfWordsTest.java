package io.github.peft4j.io;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HalfWordsTest {

    @Test
    void widensEveryFloat16ToItsDefinition() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float widened = Float.intBitsToFloat(HalfWords.widenF16((short) bits));

            // compare, not ==: NaN must be NaN, and zeros must have the same sign
            assertThat(Float.compare(widened, byDefinition(bits))).as("bits %x", bits).isZero();
        }
    }

    private static float byDefinition(int bits) {
        double sign = bits >> 15 == 0 ? 1 : -1;
        int exponent = bits >> 10 & 31;
        double fraction = (bits & 1023) / 1024.0;
        if (exponent == 31) {
            return fraction == 0 ? (float) (sign * Double.POSITIVE_INFINITY) : Float.NaN;
        }
        double value =
                exponent == 0 ? Math.scalb(fraction, -14) : Math.scalb(1 + fraction, exponent - 15);
        return (float) (sign * value);
    }
}
