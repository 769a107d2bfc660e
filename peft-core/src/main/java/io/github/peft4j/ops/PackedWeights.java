package io.github.peft4j.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.internal.script.ScriptArchive;
import io.github.peft4j.internal.script.ScriptModule;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Copies of weights in half precision, laid out for FBGEMM's product of float32 activations with
 * 16-bit weights, which sums in float32. A product of few rows is bound by reading the weight, so
 * it takes a third to a half of the time.
 *
 * <p>Weights are added first, by one thread; products may then come from many. All go with the
 * manager.
 *
 * <p>The products have no gradient and LibTorch says nothing where one is asked for, so they are
 * refused here.
 */
public final class PackedWeights {

    /** The largest number in half precision; LibTorch would put it in the place of larger ones. */
    private static final double LARGEST = 65504;

    private final ScriptModule module;
    private final List<long[]> shapes = new ArrayList<>();

    /** Starts without weights. */
    public PackedWeights(NDManager manager) {
        module =
                new ScriptModule(
                        manager, ScriptArchive.withPackedWeights(ImmutableList.of("packed.py")));
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
     * Packs a weight, of which nothing is kept.
     *
     * @param w [out, in] float32
     * @return the number by which {@link #linear} knows it
     */
    public int add(NDArray w) {
        Operands.requireDimensions(w, 2, "weight to pack");
        try (Gradients off = Gradients.off()) {
            NDArray same = module.call("add", w);
            if (same != w) {
                same.close();
            }
        }
        shapes.add(w.getShape().getShape());
        return shapes.size() - 1;
    }

    /**
     * {@code x w^T + b}, without a gradient.
     *
     * @param x [..., in]
     * @param index of the weight [out, in]
     * @param b [out], or null
     * @return [..., out]
     * @throws IllegalStateException if the thread records gradients
     */
    public NDArray linear(NDArray x, int index, @Nullable NDArray b) {
        Preconditions.checkState(
                !Gradients.isOn(),
                "Packed weights have no gradient. Compute with the weight itself while gradients"
                        + " are recorded, or switch them off: Gradients.off().");
        long[] shape = shapes.get(index);
        Preconditions.checkArgument(
                Operands.last(x) == shape[1],
                "The input of a packed linear layer has %s features, its weight takes %s.",
                Operands.last(x),
                shape[1]);
        Operands.requireVector(b, shape[0], "bias of linear");
        return b == null
                ? module.call("linear", x, index)
                : module.call("linear_biased", x, index, b);
    }
}
