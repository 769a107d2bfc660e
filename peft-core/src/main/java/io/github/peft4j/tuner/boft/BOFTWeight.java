package io.github.peft4j.tuner.boft;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.ops.RotationOps;

/**
 * Rotates the rows of a frozen weight, taken as a matrix, block by block, and scales each.
 *
 * <p>\(W' = s \odot (W R^\top)\), R block diagonal of \(R_k = (I - S_k)(I + S_k)^{-1}\), where S is
 * the skew-symmetric part of a trained square. The bias stays.
 *
 * <ul>
 *   <li>W: [out, in], of a convolution [out, in·kernel]
 *   <li>{@code boft_R} [1, blocks, size, size], trained, float32; starts at zero
 *   <li>s: {@code boft_s} [out, 1], of a convolution [1, out], trained, float32; starts at one
 * </ul>
 *
 * <p>While training, dropout replaces a share of the blocks by the identity. This form is for
 * convolutions, and for layers that give adapters their weight only.
 *
 * @see <a href="https://arxiv.org/abs/2311.06243">Liu et al. 2023, equation 3</a>
 */
class BOFTWeight implements WeightAdapter {

    private final Parameter squares;
    private final Parameter s;
    private final double dropout;

    BOFTWeight(Parameter squares, Parameter s, double dropout) {
        this.squares = squares;
        this.s = s;
        this.dropout = dropout;
    }

    /** The blocks R [blocks, size, size]. */
    final NDArray rotation(AdapterPass pass) {
        NDArray all = pass.value(squares);
        Shape shape = all.getShape();
        NDArray blocks = RotationOps.cayley(all.reshape(shape.slice(1)));
        long dropped = pass.training() ? (long) (dropout * shape.get(1)) : 0;
        return dropped == 0 ? blocks : RotationOps.dropBlocks(blocks, dropped);
    }

    /** The factors s [out, 1]. */
    final NDArray factors(AdapterPass pass) {
        return pass.value(s).reshape(-1, 1);
    }

    @Override
    public final NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        NDArray rotated = RotationOps.rotate(current, rotation(pass).transpose(0, 2, 1));
        return rotated.mul(factors(pass));
    }

    @Override
    public final ImmutableMap<String, Parameter> parameters() {
        return ImmutableMap.of("boft_R", squares, "boft_s", s);
    }
}
