package io.github.peft4j.tuner.road;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.LayerAdapter;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.ops.RotationOps;
import org.jspecify.annotations.Nullable;

/**
 * Rotates and scales pairs of a linear layer's outputs.
 *
 * <p>\(y' = R\,y\) for the output y, bias included; as a change of weight, \(W' = R W\) and \(b' =
 * R b\). R mixes output i of the first half of a group with output i of its second half, by the
 * matrix \(\alpha\,[\cos\theta, -\sin\theta; \sin\theta, \cos\theta]\).
 *
 * <ul>
 *   <li>y: [..., out], out a multiple of the group's size
 *   <li>θ: {@code road_theta}, α: {@code road_alpha}, each [out / 2], [out] or [2 out]; trained,
 *       float32, start at zero and one
 * </ul>
 *
 * @see <a href="https://arxiv.org/abs/2409.00119">Liao and Monz 2024, equation 4</a>
 */
final class RoadLinear implements LayerAdapter, WeightAdapter {

    private final Parameter theta;
    private final Parameter alpha;
    private final long group;

    RoadLinear(Parameter theta, Parameter alpha, long group) {
        this.theta = theta;
        this.alpha = alpha;
        this.group = group;
    }

    @Override
    public NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
        return turn(base.forward(x), pass);
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        return turn(current.transpose(), pass).transpose();
    }

    @Override
    public @Nullable NDArray bias(@Nullable NDArray current, AdapterPass pass) {
        return current == null ? null : turn(current, pass);
    }

    private NDArray turn(NDArray y, AdapterPass pass) {
        return RotationOps.rotatePairs(y, pass.value(theta), pass.value(alpha), group);
    }

    @Override
    public ImmutableMap<String, Parameter> parameters() {
        return ImmutableMap.of("road_theta", theta, "road_alpha", alpha);
    }
}
