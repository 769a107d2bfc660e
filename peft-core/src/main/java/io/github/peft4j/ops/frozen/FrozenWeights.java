package io.github.peft4j.ops.frozen;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.internal.script.ScriptArchive;
import io.github.peft4j.internal.script.ScriptModule;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Frozen weights of a model that stand in one script module, so that a call may reach many of them:
 * weights as they are, and copies in half precision laid out for FBGEMM's product of float32
 * activations with 16-bit weights, which sums in float32. A product of few rows is bound by reading
 * the weight, so half the bytes take less time.
 *
 * <p>Places are reserved first and may then be filled by several threads; products come after that,
 * from any thread. All go with the manager.
 *
 * <p>The products have no gradient and LibTorch says nothing where one is asked for, so they are
 * refused here.
 */
public final class FrozenWeights {

    /** The largest number in half precision; LibTorch would put it in the place of larger ones. */
    private static final double LARGEST = 65504;

    private final ScriptModule module;
    private final Map<Integer, long[]> packed = new ConcurrentHashMap<>();
    private int places;
    private int kept;

    /** Starts without weights. */
    public FrozenWeights(NDManager manager) {
        module =
                new ScriptModule(
                        manager,
                        ScriptArchive.withWeights(
                                ImmutableList.of("packed.py", "step.py", "attention.py")));
    }

    /**
     * What half precision makes of a weight.
     *
     * @param largest the largest absolute value; NaN if there is a NaN
     * @param error the norm of what is lost, relative to the weight's
     */
    public record HalfError(double largest, double error) {

        /** Whether each number has one in half precision next to it. */
        public boolean fits() {
            return largest <= LARGEST;
        }
    }

    /** What half precision would make of w. */
    public HalfError error(NDArray w) {
        try (NDArray numbers = module.call("half_error", w)) {
            float[] values = numbers.toFloatArray();
            return new HalfError(values[0], values[1]);
        }
    }

    /**
     * Makes places for packed weights.
     *
     * @param like an array where weights live
     * @return the first of them
     */
    public synchronized int reserve(NDArray like, int count) {
        handOver("reserve", like, count);
        int first = places;
        places += count;
        return first;
    }

    /**
     * Packs a weight, of which nothing is kept.
     *
     * @param place a reserved one
     * @param w [out, in] float32
     */
    public void pack(int place, NDArray w) {
        Preconditions.checkArgument(
                w.getShape().dimension() == 2,
                "A weight to pack is %s; it must be [out, in].",
                w.getShape());
        handOver("pack", w, place);
        packed.put(place, w.getShape().getShape());
    }

    /**
     * Keeps a weight as it is, with its memory.
     *
     * @return its place among those that are kept so
     */
    public synchronized int keep(NDArray w) {
        handOver("keep", w);
        return kept++;
    }

    /** The methods return their first argument, which must not be closed twice. */
    private void handOver(String method, NDArray array, Object... arguments) {
        try (Gradients off = Gradients.off()) {
            NDArray same = module.call(method, array, arguments);
            if (same != array) {
                same.close();
            }
        }
    }

    /** The next token through all layers; see the script for the arguments. */
    public NDArray step(NDArray x, Object... arguments) {
        return call("step", x, ImmutableList.copyOf(arguments));
    }

    /** [out, in] of a packed weight. */
    long[] shape(int place) {
        long[] shape = packed.get(place);
        Preconditions.checkArgument(
                shape != null, "Place %s holds no packed weight. Pack one there first.", place);
        return shape;
    }

    /** Runs a method of the module, without a gradient. */
    NDArray call(String method, NDArray x, List<?> arguments) {
        Preconditions.checkState(
                !Gradients.isOn(),
                "Packed weights have no gradient. Compute with the weight itself while gradients"
                        + " are recorded, or switch them off: Gradients.off().");
        return module.call(method, x, arguments.toArray());
    }

    /**
     * {@code x w^T + b}, without a gradient.
     *
     * @param x [..., in]
     * @param place of the packed weight [out, in]
     * @param b [out], or null
     * @return [..., out]
     * @throws IllegalStateException if the thread records gradients
     */
    public NDArray linear(NDArray x, int place, @Nullable NDArray b) {
        long[] shape = shape(place);
        long features = x.getShape().get(x.getShape().dimension() - 1);
        Preconditions.checkArgument(
                features == shape[1],
                "The input of a packed linear layer has %s features, its weight takes %s.",
                features,
                shape[1]);
        Preconditions.checkArgument(
                b == null || b.getShape().equals(new Shape(shape[0])),
                "The bias of a packed linear layer has another shape than (%s).",
                shape[0]);
        return b == null
                ? call("linear", x, ImmutableList.of(place))
                : call("linear_biased", x, ImmutableList.of(place, b));
    }
}
