package io.github.peft4j.tuner.loha;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.ops.Deltas;
import io.github.peft4j.tuner.StartValues;

/**
 * The two pairs of thin matrices of a change [out, in].
 *
 * @param a1 [out, r]
 * @param b1 [r, in]
 * @param a2 [out, r]
 * @param b2 [r, in]
 */
record HadamardFactors(Parameter a1, Parameter b1, Parameter a2, Parameter b2) {

    /** Makes a trained tensor. */
    @FunctionalInterface
    interface Trained {
        Parameter of(String name, NDArray array);
    }

    /**
     * Start values.
     *
     * @param silent whether the last factor is zero, so that the change is zero
     */
    static HadamardFactors start(
            NDManager manager, long out, long in, int r, boolean silent, Trained trained) {
        Shape left = new Shape(out, r);
        Shape right = new Shape(r, in);
        NDArray last = silent ? manager.zeros(right) : StartValues.kaiming(manager, right);
        return new HadamardFactors(
                trained.of("hada_w1_a", StartValues.kaiming(manager, left)),
                trained.of("hada_w1_b", StartValues.kaiming(manager, right)),
                trained.of("hada_w2_a", StartValues.kaiming(manager, left)),
                trained.of("hada_w2_b", last));
    }

    Deltas.Hadamard read(AdapterPass pass) {
        return new Deltas.Hadamard(pass.value(a1), pass.value(b1), pass.value(a2), pass.value(b2));
    }

    ImmutableMap<String, Parameter> byName() {
        return ImmutableMap.of("hada_w1_a", a1, "hada_w1_b", b1, "hada_w2_a", a2, "hada_w2_b", b2);
    }
}
