package io.github.peft4j.tuner.miss;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.DeltaAdapter;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.ops.frozen.LowRank;
import io.github.peft4j.tuner.InputDropout;
import org.jspecify.annotations.Nullable;

/**
 * Adds the same trained block to every r columns of a frozen weight.
 *
 * <p>\(y = x W^\top + b + \big(\sum_n d(x)_n\big) D\): the input's chunks of r features are summed
 * first, so the product is as thin as LoRA's second one. d is dropout while training. As a change
 * of weight, \(\Delta W_{oi} = D_{i \bmod r,\, o}\).
 *
 * <ul>
 *   <li>x: [..., in]; y: [..., out]; r ≤ in
 *   <li>D: {@code miss_block} [r, out], or [r, mini_r] repeated out / mini_r times along the
 *       outputs; trained, float32, starts at zero
 * </ul>
 *
 * @see <a href="https://arxiv.org/abs/2409.15371">Kang and Yin 2024, equation 5</a>
 */
final class MissLinear implements DeltaAdapter, WeightAdapter {

    private final Parameter block;
    private final long out;
    private final InputDropout dropout;

    MissLinear(Parameter block, long out, InputDropout dropout) {
        this.block = block;
        this.out = out;
        this.dropout = dropout;
    }

    @Override
    public NDArray delta(NDArray x, BaseLayer base, AdapterPass pass) {
        NDArray d = full(pass);
        return Ops.scale(
                Ops.foldChunks(dropout.of(x, pass), d.getShape().get(0)).matMul(d),
                pass.scale(this));
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        NDArray d = full(pass);
        long in = current.getShape().get(1);
        long r = d.getShape().get(0);
        NDArray repeated = d.transpose().tile(new long[] {1, (in + r - 1) / r}).get(":, :{}", in);
        return current.add(Ops.scale(repeated, pass.scale(this)));
    }

    /** The chunks' sums are a product with r rows, each of which has a one in every r-th column. */
    @Override
    public LowRank lowRankChange(NDArray frozen, AdapterPass pass) {
        NDArray d = full(pass);
        long in = frozen.getShape().get(1);
        long r = d.getShape().get(0);
        NDArray one = d.getManager().eye((int) r);
        NDArray sums = one.tile(new long[] {1, (in + r - 1) / r}).get(":, :{}", in);
        return new LowRank(sums, d.transpose(), pass.scale(this));
    }

    @Override
    public @Nullable String needsActivation() {
        return dropout.needsActivation();
    }

    @Override
    public ImmutableMap<String, Parameter> parameters() {
        return ImmutableMap.of("miss_block", block);
    }

    /** The block as wide as the outputs. */
    private NDArray full(AdapterPass pass) {
        NDArray d = pass.value(block);
        long width = d.getShape().get(1);
        return width == out ? d : d.tile(new long[] {1, out / width});
    }
}
