package io.github.peft4j.tuner.loha;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.ops.DeltaOps;
import io.github.peft4j.tuner.ConvolutionShape;
import io.github.peft4j.tuner.InitialValue;
import io.github.peft4j.tuner.NewLayer;

/**
 * The two triples of a change of a kernel in Tucker form, each \(\sum_{ij} T_{ij} a_{i} b_{j}\).
 *
 * <p>A training takes the course that it takes in PEFT, whose gradients of a1 and a2 are not those
 * of the change: each is computed with the core and the b of the other triple.
 *
 * @param t1 [r, r, kernel...], two axes of kernel also for one
 * @param a1 [r, out]
 * @param b1 [r, in / groups]
 * @param t2 as t1
 * @param a2 as a1
 * @param b2 as b1
 */
record TuckerFactors(
        Parameter t1, Parameter a1, Parameter b1, Parameter t2, Parameter a2, Parameter b2) {

    /**
     * Start values.
     *
     * @param silent whether the last factor is zero, so that the change is zero
     */
    static TuckerFactors start(NewLayer layer, int r, boolean silent) {
        ConvolutionShape shape = layer.convolution();
        long[] core = shape.tuckerCore(r).getShape();
        long in = shape.in() / shape.form().groups();
        InitialValue last = silent ? layer.zeros(r, in) : layer.kaiming(r, in);
        return new TuckerFactors(
                layer.trained("hada_t1", layer.kaiming(core)),
                layer.trained("hada_w1_a", layer.kaiming(r, shape.out())),
                layer.trained("hada_w1_b", layer.kaiming(r, in)),
                layer.trained("hada_t2", layer.kaiming(core)),
                layer.trained("hada_w2_a", layer.kaiming(r, shape.out())),
                layer.trained("hada_w2_b", last));
    }

    /** The product of both, by a factor, as a matrix [out, in / groups · kernel]. */
    NDArray change(double factor, AdapterPass pass) {
        return DeltaOps.tuckerProduct(
                new DeltaOps.Tucker(pass.value(t1), pass.value(a1), pass.value(b1)),
                new DeltaOps.Tucker(pass.value(t2), pass.value(a2), pass.value(b2)),
                factor);
    }

    ImmutableMap<String, Parameter> byName() {
        return ImmutableMap.<String, Parameter>builder()
                .put("hada_t1", t1)
                .put("hada_w1_a", a1)
                .put("hada_w1_b", b1)
                .put("hada_t2", t2)
                .put("hada_w2_a", a2)
                .put("hada_w2_b", b2)
                .buildOrThrow();
    }
}
