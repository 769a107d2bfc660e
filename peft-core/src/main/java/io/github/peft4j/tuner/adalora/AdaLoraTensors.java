package io.github.peft4j.tuner.adalora;

import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.ops.DeltaOps;

/**
 * A layer's tensors.
 *
 * @param a A [r, in], the right singular vectors
 * @param e E [r, 1], the singular values
 * @param b B [out, r], the left singular vectors
 * @param ranknum n [1], frozen: the rank at the start, which stays when ranks are taken away
 */
record AdaLoraTensors(Parameter a, Parameter e, Parameter b, Parameter ranknum) {

    ImmutableMap<String, Parameter> byName() {
        return ImmutableMap.of("lora_A", a, "lora_B", b, "lora_E", e);
    }

    DeltaOps.SingularValues read(AdapterPass pass) {
        return new DeltaOps.SingularValues(
                pass.value(a), pass.value(e), pass.value(b), pass.value(ranknum));
    }
}
