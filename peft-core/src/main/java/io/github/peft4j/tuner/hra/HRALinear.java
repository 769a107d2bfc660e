package io.github.peft4j.tuner.hra;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.LayerAdapter;

/**
 * Reflects the input of a frozen linear layer.
 *
 * <p>\(y = (x H_r \cdots H_1) W^\top + b\), equal to using the weight of {@link HRAWeight}.
 *
 * <ul>
 *   <li>x: [..., in]; y: [..., out]
 * </ul>
 *
 * <p>The product is \(I - V T V^\top\) with a triangular T [r, r], so it costs about 2·r·in
 * multiply-adds a token, as LoRA does, and r·in parameters; no matrix [out, in] is made.
 *
 * @see <a href="https://arxiv.org/abs/2405.17484">Yuan et al. 2024, equation 4</a>; the form of the
 *     product: <a href="https://doi.org/10.1137/0910005">Schreiber and Van Loan 1989</a>
 */
final class HRALinear extends HRAWeight implements LayerAdapter {

    HRALinear(Parameter u, boolean orthogonal) {
        super(u, orthogonal);
    }

    @Override
    public NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
        return base.forward(reflect(x, true, pass));
    }
}
