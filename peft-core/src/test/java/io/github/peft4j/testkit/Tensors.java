package io.github.peft4j.testkit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.ops.TensorOps;
import java.nio.ByteBuffer;
import java.util.Map;
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

    /** Writes {@code values * factor} into a parameter's own memory. */
    public static void fill(Parameter parameter, NDArray values, double factor) {
        try (Gradients off = Gradients.off()) {
            TensorOps.copy(parameter.getArray(), Ops.scale(values, factor));
        }
    }

    /** An array of these numbers whose memory is LibTorch's own, like a loaded weight's. */
    public static NDArray of(NDManager manager, Shape shape, double... numbers) {
        float[] values = new float[numbers.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) numbers[i];
        }
        try (NDArray wrapped = manager.create(values, shape)) {
            return TensorOps.detached(wrapped);
        }
    }

    /** What a map holds under a key; fails if it is nothing. */
    public static <V> V get(Map<String, V> map, String key) {
        V value = map.get(key);
        if (value == null) {
            throw new AssertionError("Nothing under " + key + ", only " + map.keySet());
        }
        return value;
    }

    /** A parameter of these numbers. */
    public static Parameter parameter(
            NDManager manager, boolean trained, Shape shape, double... numbers) {
        Parameter parameter =
                Parameter.builder().setName("p").setType(Parameter.Type.WEIGHT).build();
        parameter.setArray(of(manager, shape, numbers));
        parameter.freeze(!trained);
        return parameter;
    }
}
