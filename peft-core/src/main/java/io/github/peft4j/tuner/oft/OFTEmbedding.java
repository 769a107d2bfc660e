package io.github.peft4j.tuner.oft;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.LayerAdapter;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.ops.RotationOps;
import java.util.List;

/**
 * Rotates what a frozen embedding gives, block by block.
 *
 * <p>\(y = W[x]\,R\), equal to the table \(W R\).
 *
 * <ul>
 *   <li>x: [...] int64; y: [..., dim]
 *   <li>{@code oft_embedding_R.weight} [dim / b, b (b - 1) / 2], or [1, ...] if blocks are shared,
 *       trained, float32; starts at zero
 * </ul>
 *
 * @see <a href="https://arxiv.org/abs/2306.07280">Qiu et al. 2023, section 3</a>
 */
final class OFTEmbedding implements LayerAdapter, WeightAdapter {

    private final OFTRotation rotation;

    OFTEmbedding(OFTRotation rotation) {
        this.rotation = rotation;
    }

    @Override
    public NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
        return RotationOps.rotate(base.forward(x), rotation.blocks(pass));
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        return RotationOps.rotate(current, rotation.blocks(pass));
    }

    @Override
    public List<Parameter> factors() {
        return ImmutableList.of(rotation.triangles());
    }

    @Override
    public ImmutableMap<String, Parameter> parameters() {
        return ImmutableMap.of("oft_embedding_R.weight", rotation.triangles());
    }
}
