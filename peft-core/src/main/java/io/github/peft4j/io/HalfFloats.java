package io.github.peft4j.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Turns 16-bit floats into 32-bit ones. Every value of either kind is a float32, so exactly. */
final class HalfFloats {

    private static final int F16_EXPONENT_ONES = 0x7c00;
    private static final int F16_SMALLEST_NORMAL = 0x0400;
    private static final int F16_FRACTION = 0x03ff;

    /** Fraction bits: 23 in float32, 10 in float16. */
    private static final int FRACTION_SHIFT = 13;

    /** Exponent bias: 127 in float32, 15 in float16. */
    private static final int EXPONENT_SHIFT = (127 - 15) << 23;

    private HalfFloats() {}

    /** Moves all of {@code source} (F16 or BF16) to {@code target}, which takes twice the bytes. */
    static void widen(Dtype dtype, ByteBuffer source, ByteBuffer target) {
        short[] halves = new short[source.remaining() / Short.BYTES];
        source.order(ByteOrder.LITTLE_ENDIAN).asShortBuffer().get(halves);
        source.position(source.limit());
        int[] bits = new int[halves.length];
        if (dtype == Dtype.BF16) {
            for (int i = 0; i < bits.length; i++) {
                bits[i] = halves[i] << Short.SIZE;
            }
        } else {
            for (int i = 0; i < bits.length; i++) {
                bits[i] = widenF16(halves[i]);
            }
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
