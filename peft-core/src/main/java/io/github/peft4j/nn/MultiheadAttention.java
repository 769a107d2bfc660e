package io.github.peft4j.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Parameter;
import com.google.common.base.Preconditions;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.WeightedLayer;
import io.github.peft4j.ops.Attention;
import io.github.peft4j.ops.AttentionSpec;
import io.github.peft4j.ops.Ops;
import org.jspecify.annotations.Nullable;

/**
 * PyTorch's {@code nn.MultiheadAttention} with the batch first: queries, keys and values come from
 * one packed projection.
 *
 * <p>\(y = \mathrm{softmax}(q k^\top / \sqrt H)\, v\, W_o^\top + b_o\) for each head, with q, k and
 * v the products of their inputs with the first, second and last third of {@code in_proj_weight}.
 *
 * <ul>
 *   <li>inputs [B, S, D] and [B, T, D]; y [B, S, D]
 *   <li>{@code in_proj_weight} [3 D, D], {@code in_proj_bias} [3 D], {@code out_proj}
 * </ul>
 *
 * <p>Adapters reach the packed projection through its weight.
 */
public final class MultiheadAttention extends Module implements WeightedLayer {

    private final Parameter weight;
    private final @Nullable Parameter bias;
    private final Linear out;
    private final AttentionSpec form;

    /**
     * An attention of this many heads.
     *
     * @param width D, a multiple of the heads
     */
    public MultiheadAttention(int width, int heads, boolean hasBias) {
        Preconditions.checkArgument(
                heads > 0 && width % heads == 0,
                "The width is %s and there are %s heads; the width must be a multiple of them.",
                width,
                heads);
        weight = parameter("in_proj_weight", Parameter.Type.WEIGHT, 3L * width, width);
        bias = hasBias ? parameter("in_proj_bias", Parameter.Type.BIAS, 3L * width) : null;
        out = child("out_proj", new Linear(width, width, hasBias));
        form = AttentionSpec.of(heads, width / heads);
    }

    /** Every position of x sees every other. */
    public NDArray forward(AdapterPass pass, NDArray x) {
        return forward(pass, x, x, null);
    }

    /**
     * Positions of one sequence see those of another.
     *
     * @param context [B, T, D]
     * @param mask [B or 1, 1 or N, S or 1, T]: booleans, true where a key may be seen; null for all
     */
    public NDArray forward(AdapterPass pass, NDArray x, NDArray context, @Nullable NDArray mask) {
        NDList weights = pass.effective(weight).split(3);
        NDList biases = bias == null ? null : pass.effective(bias).split(3);
        NDArray q = Ops.linear(x, weights.get(0), biases == null ? null : biases.get(0));
        NDArray k = Ops.linear(context, weights.get(1), biases == null ? null : biases.get(1));
        NDArray v = Ops.linear(context, weights.get(2), biases == null ? null : biases.get(2));
        return out.forward(pass, Attention.padded(q, k, v, form, mask));
    }

    @Override
    public LayerKind kind() {
        return LayerKind.ATTENTION;
    }

    @Override
    public Parameter weight() {
        return weight;
    }

    @Override
    public @Nullable Parameter bias() {
        return bias;
    }
}
