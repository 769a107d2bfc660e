package io.github.peft4j.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.internal.script.ScriptModule;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Attention and what belongs to it, differentiable; results land in the manager of the first
 * argument.
 *
 * <p>B is the batch, S the queries, T the keys of a row, N and K the heads of queries and of keys,
 * H the size of a head. Queries, keys and values hold their heads side by side, as projections make
 * them. Queries are the last S of T positions.
 *
 * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al. 2017, equation 1</a>
 */
public final class Attention {

    private Attention() {}

    private static ScriptModule module() {
        return ScriptModule.get();
    }

    /**
     * Attention over padded sequences: {@code softmax(scale q k^T + mask) v} for each head.
     *
     * @param q [B, S, N H]
     * @param k [B, T, K H]
     * @param v [B, T, K H]
     * @param form its {@code causal} and {@code window} count only without a mask, and a window not
     *     at all: {@link #visible} makes masks of both
     * @param mask [B or 1, 1 or N, S or 1, T]: booleans, true where a key may be seen, or numbers
     *     to be added to the scores; null for none
     * @return [B, S, N H]
     */
    public static NDArray padded(
            NDArray q, NDArray k, NDArray v, AttentionSpec form, @Nullable NDArray mask) {
        Operands.requireAttention(q, k, v, form, 3);
        Operands.requireMask(mask, q, k, form.heads());
        boolean triangle = form.causal() && mask == null && q.getShape().get(1) > 1;
        if (triangle) {
            Operands.requireShape(k, Operands.withLast(q, Operands.last(k)), "key without a mask");
        }
        Object[] arguments = {
            k,
            v,
            form.heads(),
            form.keyValueHeads(),
            form.dropout(),
            form.scale(),
            triangle ? 1 : 0,
            form.softCap(),
            mask
        };
        return module().call("attention", q, mask == null ? without(arguments) : arguments);
    }

    /**
     * Attention over sequences laid end to end without padding; each sees itself alone.
     *
     * @param q [R, N H]
     * @param k [U, K H]
     * @param v [U, K H]
     * @param runs [*, 3] int64 on the CPU: (count, S, T) stands for count neighbouring sequences of
     *     S queries and T keys each, in the order in which they lie
     * @param bias [1, N, &ge; S, &ge; T], added to the scores of each sequence from its first
     *     position on; null for none
     * @return [R, N H]
     */
    public static NDArray packed(
            NDArray q,
            NDArray k,
            NDArray v,
            NDArray runs,
            AttentionSpec form,
            @Nullable NDArray bias) {
        Operands.requireAttention(q, k, v, form, 2);
        Operands.requireIds(runs);
        Operands.requireShape(runs, new Shape(runs.getShape().get(0), 3), "array of runs");
        Object[] arguments = {
            k,
            v,
            runs,
            form.heads(),
            form.keyValueHeads(),
            form.dropout(),
            form.scale(),
            form.causal() ? 1 : 0,
            form.window(),
            form.softCap(),
            bias
        };
        return module().call("packed_attention", q, bias == null ? without(arguments) : arguments);
    }

    static Object[] without(Object[] arguments) {
        return Arrays.copyOf(arguments, arguments.length - 1);
    }

    /**
     * Which keys each query may see. A query of padding may see none: its attention is then 0, as
     * in PyTorch, and nothing of it reaches real tokens.
     *
     * @param tokens [B, T], 0 for padding
     * @param queries S
     * @param form its {@code causal} and {@code window}
     * @return boolean [B, 1, S, T], or [B, 1, 1, T] if not causal
     */
    public static NDArray visible(NDArray tokens, long queries, AttentionSpec form) {
        Operands.requireDimensions(tokens, 2, "attention mask");
        return module().call("visible", tokens, queries, form.causal() ? 1 : 0, form.window());
    }

    /**
     * A bias on the scores where keys may be seen, minus infinity elsewhere.
     *
     * @param bias [1, N, S, T]
     * @param visible booleans [B, 1, S or 1, T]
     */
    public static NDArray biased(NDArray bias, NDArray visible) {
        return module().call("biased", bias, visible);
    }

    /**
     * Rotary positions: each head's features i and i + R/2 turn as a pair by the angle of their
     * position; features from R on stay.
     *
     * @param x [..., S, N H]
     * @param cos [..., S, R], cosines of the angles, each half alike
     * @param sin [..., S, R]
     * @see <a href="https://arxiv.org/abs/2104.09864">Su et al. 2021, equation 34</a>
     */
    public static NDArray rotary(NDArray x, NDArray cos, NDArray sin, int heads) {
        Operands.requireShape(sin, cos.getShape(), "array of sines");
        return module().call("rotary", x, cos, sin, heads);
    }
}
