package io.github.peft4j.tuner.lora.start;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.peft4j.ops.Decompositions;

/**
 * PiSSA: A and B start as the r largest parts of the weight, which are taken out of the base.
 *
 * <p>With \(W = U S V^\top\): \(A = \sqrt{S_r / s}\,V_r^\top\) and \(B = U_r \sqrt{S_r / s}\), so
 * that \(s B A\) is the best approximation of W of rank r.
 *
 * @see <a href="https://arxiv.org/abs/2404.02948">Meng et al. 2024, equations 2 and 3</a>
 */
record PissaInitializer() implements WeightStart {

    @Override
    public String name() {
        return "pissa";
    }

    @Override
    public void requireLayer(StartLayer layer) {
        layer.requirePositiveScaling(name());
    }

    @Override
    public BaseShare baseShare() {
        return BaseShare.COMPUTED;
    }

    @Override
    public Pair create(NDManager manager, StartLayer layer) {
        try (NDManager scratch = manager.newSubManager()) {
            NDArray w = layer.weight(scratch);
            return Pair.in(
                    manager,
                    Decompositions.balancedPair(
                            Decompositions.svd(w), 0, rank(layer), layer.scaling()));
        }
    }
}
