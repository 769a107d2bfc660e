package io.github.peft4j.tuner.oft;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.InputAdapter;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.ops.RotationOps;
import java.util.List;

/**
 * Rotates the input of a frozen linear layer block by block.
 *
 * <p>\(y = (x R) W^\top + b\), R block diagonal; equal to the weight \(W R^\top\), so it merges
 * without loss. Where several adapters are active, the first rotates the input first; merged, they
 * are folded in the same order, so that the first comes next to W, as in PEFT.
 *
 * <ul>
 *   <li>x: [..., in]; y: [..., out]
 *   <li>{@code oft_R.weight} [in / b, b (b - 1) / 2], or [1, ...] if blocks are shared, trained,
 *       float32; starts at zero
 * </ul>
 *
 * <p>Costs in·b multiply-adds a token, and in·(b - 1) / 2 parameters.
 *
 * @see <a href="https://arxiv.org/abs/2506.19847">Qiu et al. 2025, section 3</a>
 */
final class OFTLinear implements InputAdapter, WeightAdapter {

    private final OFTRotation rotation;

    OFTLinear(OFTRotation rotation) {
        this.rotation = rotation;
    }

    @Override
    public NDArray input(NDArray x, AdapterPass pass) {
        return RotationOps.rotate(x, rotation.blocks(pass));
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        return RotationOps.rotate(current, rotation.blocks(pass).transpose(0, 2, 1));
    }

    @Override
    public List<Parameter> factors() {
        return ImmutableList.of(rotation.triangles());
    }

    @Override
    public ImmutableMap<String, Parameter> parameters() {
        return ImmutableMap.of("oft_R.weight", rotation.triangles());
    }
}
