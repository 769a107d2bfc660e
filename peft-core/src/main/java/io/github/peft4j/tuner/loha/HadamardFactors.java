package io.github.peft4j.tuner.loha;

import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.ops.DeltaOps;
import io.github.peft4j.tuner.InitialValue;
import io.github.peft4j.tuner.NewLayer;

/**
 * The two pairs of thin matrices of a change [out, in].
 *
 * @param a1 [out, r]
 * @param b1 [r, in]
 * @param a2 [out, r]
 * @param b2 [r, in]
 */
record HadamardFactors(Parameter a1, Parameter b1, Parameter a2, Parameter b2) {

    /**
     * Start values.
     *
     * @param silent whether the last factor is zero, so that the change is zero
     */
    static HadamardFactors start(NewLayer layer, long out, long in, int r, boolean silent) {
        InitialValue last = silent ? layer.zeros(r, in) : layer.kaiming(r, in);
        return new HadamardFactors(
                layer.trained("hada_w1_a", layer.kaiming(out, r)),
                layer.trained("hada_w1_b", layer.kaiming(r, in)),
                layer.trained("hada_w2_a", layer.kaiming(out, r)),
                layer.trained("hada_w2_b", last));
    }

    DeltaOps.Hadamard read(AdapterPass pass) {
        return new DeltaOps.Hadamard(
                pass.value(a1), pass.value(b1), pass.value(a2), pass.value(b2));
    }

    ImmutableMap<String, Parameter> byName() {
        return ImmutableMap.of("hada_w1_a", a1, "hada_w1_b", b1, "hada_w2_a", a2, "hada_w2_b", b2);
    }
}
