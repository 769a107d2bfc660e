package io.github.peft4j.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Turns 16-bit numbers into 32-bit ones of their kind, which hold all of them exactly. */
final class HalfWords {

    private static final int F16_EXPONENT_ONES = 0x7c00;
    private static final int F16_SMALLEST_NORMAL = 0x0400;
    private static final int F16_FRACTION = 0x03ff;

    /** Fraction bits: 23 in float32, 10 in float16. */
    private static final int FRACTION_SHIFT = 13;

    /** Exponent bias: 127 in float32, 15 in float16. */
    private static final int EXPONENT_SHIFT = (127 - 15) << 23;

    private HalfWords() {}

    /**
     * Moves all of {@code source} (F16, BF16 or I16) to {@code target}, which takes twice the
     * bytes.
     */
    static void widen(Dtype dtype, ByteBuffer source, ByteBuffer target) {
        short[] halves = new short[source.remaining() / Short.BYTES];
        source.order(ByteOrder.LITTLE_ENDIAN).asShortBuffer().get(halves);
        source.position(source.limit());
        int[] bits = new int[halves.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] =
                    switch (dtype) {
                        case BF16 -> halves[i] << Short.SIZE;
                        case F16 -> widenF16(halves[i]);
                        default -> halves[i];
                    };
        }
        target.order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().put(bits);
        target.position(target.position() + bits.length * Integer.BYTES);
    }

    /** The bits of the float32 that equals a float16. */
    static int widenF16(short half) {
        int sign = (half & 0x8000) << Short.SIZE;
        int magnitude = half & 0x7fff;
        if (magnitude >= F16_EXPONENT_ONES) { // infinity or NaN
            return sign | 0x7f800000 | (magnitude & F16_FRACTION) << FRACTION_SHIFT;
        }
        if (magnitude >= F16_SMALLEST_NORMAL) {
            return sign | (magnitude << FRACTION_SHIFT) + EXPONENT_SHIFT;
        }
        return sign | Float.floatToRawIntBits(magnitude * 0x1p-24f);
    }
}
