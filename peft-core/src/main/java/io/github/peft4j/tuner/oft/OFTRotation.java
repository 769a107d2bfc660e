package io.github.peft4j.tuner.oft;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.ops.RotationOps;
import io.github.peft4j.ops.TensorOps;

/**
 * The rotation of one layer, made of what it trains.
 *
 * <p>With S the skew-symmetric matrix of a block: \(R = I + 2S + 2S^2 + \dots + S^{t-1}\), a series
 * for \((I + S)(I - S)^{-1}\) cut off after t terms, or exactly \((I - S)(I + S)^{-1}\), which
 * turns the other way. Constrained OFT shortens each S to a Frobenius norm of \(\epsilon / \sqrt
 * n\) before, in the trained tensor itself where a gradient is recorded, as PEFT does in each
 * forward.
 *
 * @param triangles [n, b (b - 1) / 2]: upper triangles of S, row by row; n is 1 if blocks are
 *     shared
 * @param size b, features of a block
 * @param config how the rotation is made
 */
record OFTRotation(Parameter triangles, long size, OFTConfig config) {

    /** The blocks R [n, b, b]; they are made once a pass. */
    NDArray blocks(AdapterPass pass) {
        return pass.once(this, () -> make(pass));
    }

    private NDArray make(AdapterPass pass) {
        NDArray q = config.coft() ? clipped(pass) : pass.value(triangles);
        return config.useCayleyNeumann()
                ? RotationOps.neumann(q, size, config.numCayleyNeumannTerms())
                : RotationOps.cayley(q, size);
    }

    private NDArray clipped(AdapterPass pass) {
        double eps = config.eps();
        if (Gradients.isOn() && triangles.requiresGradient()) {
            NDArray array = triangles.getArray();
            try (Gradients off = Gradients.off();
                    NDArray clipped = RotationOps.clip(array, eps)) {
                TensorOps.copy(array, clipped);
            }
        }
        return RotationOps.clip(pass.value(triangles), eps);
    }
}
