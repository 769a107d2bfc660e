package io.github.peft4j.testkit;

import ai.djl.ndarray.NDArray;
import java.nio.ByteBuffer;
import org.assertj.core.api.Assertions;

/** Comparisons of whole tensors. */
public final class Tensors {

    /** Allowed relative error of outputs and weights in float32. */
    public static final double OUTPUT = 1e-5;

    /** Allowed relative error of gradients and of anything after training steps. */
    public static final double GRADIENT = 1e-4;

    private Tensors() {}

    /** {@code |ours - theirs| / |theirs|}, Euclidean norms over the whole tensor, in double. */
    public static double relativeError(NDArray ours, NDArray theirs) {
        Assertions.assertThat(ours.getShape()).isEqualTo(theirs.getShape());
        float[] left = ours.toFloatArray();
        float[] right = theirs.toFloatArray();
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < left.length; i++) {
            difference += ((double) left[i] - right[i]) * ((double) left[i] - right[i]);
            norm += (double) right[i] * right[i];
        }
        return norm == 0 ? Math.sqrt(difference) : Math.sqrt(difference / norm);
    }

    /** Fails unless the relative error is at most the tolerance. */
    public static void assertClose(NDArray ours, NDArray theirs, double tolerance, String what) {
        Assertions.assertThat(relativeError(ours, theirs)).as(what).isLessThanOrEqualTo(tolerance);
    }

    /** A copy of the tensor's bytes, to prove that nothing moved. */
    public static byte[] bytes(NDArray array) {
        ByteBuffer buffer = array.toByteBuffer();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
