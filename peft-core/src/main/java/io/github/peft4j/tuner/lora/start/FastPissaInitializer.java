package io.github.peft4j.tuner.lora.start;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.base.Preconditions;
import io.github.peft4j.ops.Decompositions;

/**
 * PiSSA from a randomised decomposition. The range is found with r random vectors, as in PEFT, so
 * that the smallest of the r parts are rough.
 *
 * @param rounds how often the range is refined
 */
record FastPissaInitializer(int rounds) implements WeightStart {

    FastPissaInitializer {
        Preconditions.checkArgument(
                rounds >= 0, "pissa_niter_%s; the number of rounds must be 0 or more.", rounds);
    }

    @Override
    public String name() {
        return "pissa_niter_" + rounds;
    }

    @Override
    public void requireLayer(StartLayer layer) {
        layer.requirePositiveScaling(name());
    }

    @Override
    public BaseShare baseShare() {
        return BaseShare.KEPT;
    }

    @Override
    public Pair create(NDManager manager, StartLayer layer) {
        int rank = rank(layer);
        try (NDManager scratch = manager.newSubManager()) {
            NDArray w = layer.weight(scratch);
            NDArray test = scratch.randomNormal(new Shape(Math.min(layer.in(), layer.out()), rank));
            return Pair.in(
                    manager,
                    Decompositions.balancedPair(
                            Decompositions.svdLowRank(w, test, rounds), 0, rank, layer.scaling()));
        }
    }
}
