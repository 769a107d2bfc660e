package io.github.peft4j.tuner.lora.dora;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.ops.lora.DoraOps;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The lengths that a layer's rows get, m, and those that they have, |W + s B A|.
 *
 * <p>The second are computed in each training pass. Outside of training they are kept as long as
 * nothing has written to A or B and s is the same: for one token they would cost more than the
 * layer.
 */
final class Magnitude {

    private static final String NAME = "lora_magnitude_vector";

    private final Parameter m;
    private final Parameter a;
    private final Parameter b;
    private volatile @Nullable Kept kept;

    Magnitude(Parameter m, Parameter a, Parameter b) {
        this.m = m;
        this.a = a;
        this.b = b;
    }

    /** m for a pass. */
    NDArray of(AdapterPass pass) {
        return pass.value(m);
    }

    /**
     * The lengths of now, a vector.
     *
     * @param scale s in this pass
     * @param compute makes them
     */
    NDArray norm(AdapterPass pass, double scale, Supplier<NDArray> compute) {
        if (pass.training()) {
            return compute.get();
        }
        long writes = DoraOps.writes(pass.value(a), pass.value(b));
        Kept known = kept;
        if (known != null && known.fits(a.getArray(), b.getArray(), writes, scale)) {
            return known.in(pass);
        }
        try (Gradients off = Gradients.off()) {
            NDArray norm = compute.get();
            kept = new Kept(a.getArray(), b.getArray(), writes, scale, norm.toFloatArray());
            return norm;
        }
    }

    /** The tensors of LoRA with m, whose name in the file has no {@code .weight}. */
    Map<String, Parameter> with(Map<String, Parameter> tensors) {
        return ImmutableMap.<String, Parameter>builder()
                .putAll(tensors)
                .put(NAME, m)
                .buildOrThrow();
    }

    /** As it was called before PEFT 0.10. */
    static Map<String, String> formerNames() {
        return ImmutableMap.of(NAME + ".weight", NAME);
    }

    /** Lengths, and what they were computed from. */
    private static final class Kept {

        private final NDArray a;
        private final NDArray b;
        private final long writes;
        private final double scale;
        private final float[] lengths;

        /**
         * Lengths of now.
         *
         * @param a the array, not its numbers
         * @param b the array, not its numbers
         * @param writes how often both were written to
         */
        Kept(NDArray a, NDArray b, long writes, double scale, float[] lengths) {
            this.a = a;
            this.b = b;
            this.writes = writes;
            this.scale = scale;
            this.lengths = lengths;
        }

        /** The array is one object exactly if it was not replaced. */
        @SuppressWarnings("ReferenceEquality")
        boolean fits(NDArray nowA, NDArray nowB, long nowWrites, double nowScale) {
            return a == nowA && b == nowB && writes == nowWrites && scale == nowScale;
        }

        NDArray in(AdapterPass pass) {
            return pass.scope().create(lengths);
        }
    }
}
