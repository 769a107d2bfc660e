package io.github.peft4j.tuner.lora.dora;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.ops.lora.DoraOps;
import io.github.peft4j.tuner.lora.layer.EmbeddingTensors;

/**
 * Turns the columns of a frozen embedding table by LoRA and gives them lengths of their own.
 *
 * <p>\(y = g \odot (W[x] + s\,A^\top[x] B^\top)\) with \(g = m / \lVert W + s (B A)^\top \rVert\),
 * lengths by columns, over all rows of the table, and without gradient. A factor on the embedding's
 * output acts on both summands and not on the lengths.
 *
 * <ul>
 *   <li>x: [...] int64; y: [..., dim]
 *   <li>A: {@code lora_embedding_A} [r, rows]; B: {@code lora_embedding_B} [dim, r]; m: {@code
 *       lora_magnitude_vector} [dim]; all trained, float32
 *   <li>dropout does not act here, as in PEFT
 * </ul>
 *
 * @see <a href="https://arxiv.org/abs/2402.09353">Liu et al. 2024, equation 5</a>
 */
final class DoraEmbedding extends DoraLayer {

    private final EmbeddingTensors tensors;

    DoraEmbedding(EmbeddingTensors tensors, Magnitude magnitude) {
        super(tensors.byName(), tensors.scaling(), magnitude);
        this.tensors = tensors;
    }

    @Override
    public NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
        NDArray y = base.forward(x);
        DoraOps.Dora dora =
                new DoraOps.Dora(
                        a(pass), b(pass), magnitude(pass), scale(pass) * base.outputScale());
        return DoraOps.embedded(y, x, norm(pass, base::weight), dora);
    }

    @Override
    NDArray lengths(NDArray weight, double scale, AdapterPass pass) {
        return DoraOps.norm(weight.transpose(), a(pass), b(pass), scale);
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        NDArray change = Ops.lowRank(a(pass), b(pass), scale(pass));
        NDArray norm = norm(pass, () -> frozen);
        return DoraOps.rows(current.transpose(), change, magnitude(pass), norm).transpose();
    }

    private NDArray a(AdapterPass pass) {
        return pass.value(tensors.a());
    }

    private NDArray b(AdapterPass pass) {
        return pass.value(tensors.b());
    }
}
