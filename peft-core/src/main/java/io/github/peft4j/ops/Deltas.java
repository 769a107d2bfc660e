package io.github.peft4j.ops;

import ai.djl.ndarray.NDArray;

/**
 * What methods add to a linear layer, each in one differentiable call; results land in the manager
 * of the first array. x is [..., in], y [..., out], a change of weight [out, in].
 */
public final class Deltas {

    private Deltas() {}

    private static ScriptModule module() {
        return ScriptModule.get();
    }

    /**
     * Shared matrices and a layer's vectors.
     *
     * @param a [r, in]
     * @param b [out, r]
     * @param d [r], weighs the rows of A x
     * @param o [out], weighs the outputs
     */
    public record Vera(NDArray a, NDArray b, NDArray d, NDArray o) {

        /** Checks the shapes. */
        public Vera {
            Operands.requireFactors(a, b);
            Operands.requireVector(d, a.getShape().get(0), "vector d");
            Operands.requireVector(o, b.getShape().get(0), "vector b");
        }
    }

    /** {@code y + scale o * (b (d * (a x)))}. */
    public static NDArray veraAdd(NDArray y, NDArray x, Vera vera, double scale) {
        requireOutput(y, x, vera.b().getShape().get(0));
        Operands.requireInner(x, vera.a(), "VeRA");
        return module().call("vera_add", y, x, vera.a(), vera.b(), vera.d(), vera.o(), scale);
    }

    /** {@code scale o * (b (d * (a x)))}. */
    public static NDArray veraDelta(NDArray x, Vera vera, double scale) {
        Operands.requireInner(x, vera.a(), "VeRA");
        return module().call("vera_delta", x, vera.a(), vera.b(), vera.d(), vera.o(), scale);
    }

    /** The change of weight. */
    public static NDArray veraWeight(Vera vera, double scale) {
        return module().call("vera_weight", vera.a(), vera.b(), vera.d(), vera.o(), scale);
    }

    private static void requireOutput(NDArray y, NDArray x, long out) {
        Operands.requireShape(y, Operands.withLast(x, out), "output of the layer");
    }
}
