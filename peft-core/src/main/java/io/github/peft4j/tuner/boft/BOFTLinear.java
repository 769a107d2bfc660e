package io.github.peft4j.tuner.boft;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.LayerAdapter;
import io.github.peft4j.ops.RotationOps;

/**
 * Rotates the input of a frozen linear layer block by block, and scales its output without the
 * bias.
 *
 * <p>\(y = s \odot (x R W^\top) + b\), equal to using the weight of {@link BOFTWeight}.
 *
 * <ul>
 *   <li>x: [..., in]; y: [..., out]
 * </ul>
 *
 * <p>Costs in·size multiply-adds a token, and (in·size + out) parameters.
 *
 * @see <a href="https://arxiv.org/abs/2311.06243">Liu et al. 2023, equation 3</a>
 */
final class BOFTLinear extends BOFTWeight implements LayerAdapter {

    BOFTLinear(Parameter squares, Parameter s, double dropout) {
        super(squares, s, dropout);
    }

    @Override
    public NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
        NDArray y = base.forward(RotationOps.rotate(x, rotation(pass)));
        return RotationOps.scaleAround(y, factors(pass), base.bias());
    }
}
