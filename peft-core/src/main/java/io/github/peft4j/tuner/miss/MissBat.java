package io.github.peft4j.tuner.miss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.WeightAdapter;

/**
 * Turns square blocks of a weight and adds to them: MiSS with {@code init_weights = "bat"}.
 *
 * <p>\(W'_{bk} = W_{bk} + W_{bk} D_b + D_b\), where W_{bk} [r, r] are the blocks of the weight: b
 * counts rows of blocks, k columns. The change depends on the weight, so it cannot be computed on
 * activations with fewer operations; the weight is built once a pass.
 *
 * <ul>
 *   <li>W: [out, in], both multiples of r
 *   <li>D: {@code miss_block} [out / r, r, r], trained, float32, starts at zero
 * </ul>
 *
 * @see <a href="https://arxiv.org/abs/2409.15371">Kang and Yin 2024, section 3.3</a>
 */
final class MissBat implements WeightAdapter {

    private final Parameter block;

    MissBat(Parameter block) {
        this.block = block;
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        NDArray d = pass.value(block);
        Shape shape = current.getShape();
        long r = d.getShape().get(1);
        long rows = shape.get(0) / r;
        long columns = shape.get(1) / r;
        NDArray blocks = current.reshape(rows, r, columns, r).transpose(2, 0, 1, 3);
        NDArray change = blocks.matMul(d).add(d);
        return current.add(change.transpose(1, 2, 0, 3).reshape(shape));
    }

    @Override
    public ImmutableMap<String, Parameter> parameters() {
        return ImmutableMap.of("miss_block", block);
    }
}
