package io.github.peft4j.transformers.part;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.ops.Attention;
import io.github.peft4j.ops.Ops;

/**
 * Cosines and sines of rotary positions: feature pair i of R turns by {@code position *
 * frequency(i)}, usually {@code theta^(-2 i / R)}.
 *
 * @see <a href="https://arxiv.org/abs/2104.09864">Su et al. 2021, equations 15 and 34</a>
 */
public final class RotaryPositions {

    private final NDArray cos;
    private final NDArray sin;

    private RotaryPositions(NDArray cos, NDArray sin) {
        this.cos = cos;
        this.sin = sin;
    }

    /**
     * The angles of these positions.
     *
     * @param positions [B, S] or [T] int64
     * @param frequencies R / 2 angles of one position
     * @param factor on cosines and sines; 1 but for scaled forms
     */
    public static RotaryPositions of(NDArray positions, double[] frequencies, double factor) {
        NDManager manager = positions.getManager();
        long[] places = positions.toLongArray();
        int half = frequencies.length;
        float[] angles = new float[places.length * 2 * half];
        for (int p = 0; p < places.length; p++) {
            for (int i = 0; i < half; i++) {
                // The product in float32, as transformers computes it.
                int at = p * 2 * half + i;
                angles[at] = (float) places[p] * (float) frequencies[i];
                angles[at + half] = angles[at];
            }
        }
        Shape shape = positions.getShape().add(2L * half);
        try (NDArray all = manager.create(angles, shape)) {
            return new RotaryPositions(scaled(all.cos(), factor), scaled(all.sin(), factor));
        }
    }

    private static NDArray scaled(NDArray x, double factor) {
        return factor == 1 ? x : Ops.scale(x, factor);
    }

    /**
     * Frequencies {@code theta^(-2 i / R)} for i below R / 2, rounded to float32 where transformers
     * does: far positions multiply what is lost. An odd R has a last pair too.
     */
    public static double[] frequencies(double theta, int size) {
        double[] frequencies = new double[(size + 1) / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = 1f / (float) Math.pow(theta, 2f * i / size);
        }
        return frequencies;
    }

    /** Queries or keys [..., S, N H] turned to their positions. */
    public NDArray turn(NDArray x, int heads) {
        return Attention.rotary(x, cos, sin, heads);
    }

    /** Cosines of the angles [..., S, R]. */
    public NDArray cos() {
        return cos;
    }

    /** Sines of the angles [..., S, R], the first half of each negated. */
    public NDArray signedSin() {
        NDList halves = sin.split(2, sin.getShape().dimension() - 1);
        return halves.get(0).neg().concat(halves.get(1), -1);
    }
}
