package io.github.peft4j.tuner.lora.kasa;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.ops.Decompositions;
import io.github.peft4j.tuner.InitialValue;
import io.github.peft4j.tuner.lora.layer.LoraLayer;
import org.jspecify.annotations.Nullable;

/** The r smallest parts of a weight's singular value decomposition, computed once for both. */
final class SmallestParts {

    private final LoraLayer layer;
    private @Nullable NDArray negated;

    SmallestParts(LoraLayer layer) {
        this.layer = layer;
    }

    /** A0, the right singular vectors: [r, in]. Must be made before the other. */
    InitialValue right() {
        return InitialValue.of(new Shape(layer.rank(), layer.layer().in()), this::decompose);
    }

    /** -B0, the left ones times the singular values, negated: [out, r]. */
    InitialValue left() {
        return InitialValue.of(
                new Shape(layer.layer().out(), layer.rank()),
                manager -> {
                    NDArray made = negated;
                    if (made == null) {
                        throw new IllegalStateException("A0 was not made before B0.");
                    }
                    negated = null;
                    made.attach(manager);
                    return made;
                });
    }

    private NDArray decompose(NDManager manager) {
        try (NDManager scratch = manager.newSubManager()) {
            NDList parts = Decompositions.svd(layer.frozen(scratch));
            long kept = parts.get(1).size() - layer.rank();
            NDArray left =
                    parts.get(0).get(":, {}:", kept).mul(parts.get(1).get("{}:", kept)).neg();
            NDArray right = parts.get(2).get("{}:", kept);
            left.attach(manager);
            right.attach(manager);
            negated = left;
            return right;
        }
    }
}
