package io.github.peft4j.tuner.adalora;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.Penalized;
import io.github.peft4j.ops.DeltaOps;
import io.github.peft4j.ops.Ops;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps singular vectors near orthogonal: the weight times the mean of \(\lVert A A^\top - I
 * \rVert_F\) and \(\lVert B^\top B - I \rVert_F\) over all layers.
 *
 * @param layers the layers of the adapter
 * @param weight {@code orth_reg_weight}
 * @see <a href="https://arxiv.org/abs/2303.10512">Zhang et al. 2023, equation 4</a>, without the
 *     square
 */
record OrthogonalPenalty(List<AdaLoraTensors> layers, double weight) implements Penalized {

    @Override
    public NDArray penalty(AdapterPass pass) {
        @Nullable NDArray sum = null;
        for (AdaLoraTensors layer : layers) {
            sum = DeltaOps.skewness(pass.value(layer.a()), pass.value(layer.b()), sum);
        }
        if (sum == null) {
            throw new IllegalStateException("An AdaLoRA adapter without layers has no loss.");
        }
        return Ops.scale(sum, weight / (2.0 * layers.size()));
    }
}
