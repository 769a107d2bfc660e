package io.github.peft4j.tuner.lora.kasa;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.LayerAdapter;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.ops.DeltaOps;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.tuner.lora.layer.LoraTensors;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Leaves the smallest singular parts of a frozen linear layer's weight out and adds a product of
 * two thin matrices with a diagonal between them.
 *
 * <p>\(y = x (W - B_0 A_0)^\top + b + s\,(d \odot \mathrm{drop}(x) A^\top) B^\top\), where \(B_0
 * A_0\) are the r smallest parts of the singular value decomposition of W. Equal to the weight \(W
 * - B_0 A_0 + s B\,\mathrm{diag}(d) A\). W itself stays as it is, so that switching the adapter off
 * gives the base back.
 *
 * <ul>
 *   <li>x: [..., in]; y: [..., out]
 *   <li>A: {@code lora_A.weight} [r, in]; B: {@code lora_B.weight} [out, r]; d: {@code lora_diag}
 *       [r], starts standard normal; all trained, float32
 *   <li>A0 [r, in], B0 [out, r]: frozen, computed from W and not saved
 * </ul>
 *
 * @see <a href="https://arxiv.org/abs/2412.06071">Wang et al. 2024, equations 3 and 7</a>
 */
final class KasaLinear implements LayerAdapter, WeightAdapter {

    private final LoraTensors tensors;
    private final Parameter diagonal;
    private final Parameter noiseA;
    private final Parameter noiseB;

    /**
     * A layer's tensors.
     *
     * @param noiseA A0
     * @param noiseB -B0
     */
    KasaLinear(LoraTensors tensors, Parameter diagonal, Parameter noiseA, Parameter noiseB) {
        this.tensors = tensors;
        this.diagonal = diagonal;
        this.noiseA = noiseA;
        this.noiseB = noiseB;
    }

    @Override
    public NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
        NDArray y = base.forward(x);
        NDArray rest = Ops.loraAdd(y, x, pass.value(noiseA), pass.value(noiseB), 1);
        return Ops.loraAdd(rest, tensors.dropout().of(x, pass), a(pass), b(pass), scale(pass));
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        return current.add(Ops.lowRank(pass.value(noiseA), pass.value(noiseB), 1))
                .add(Ops.lowRank(a(pass), b(pass), scale(pass)));
    }

    @Override
    public @Nullable String needsActivation() {
        return tensors.dropout().needsActivation();
    }

    @Override
    public Map<String, Parameter> parameters() {
        return ImmutableMap.<String, Parameter>builder()
                .putAll(tensors.byName())
                .put("lora_diag", diagonal)
                .buildOrThrow();
    }

    /** The factor acts on what is trained; what is left out stays out. */
    @Override
    public boolean isScalable() {
        return true;
    }

    @Override
    public @Nullable String conflict(Adapter other) {
        return other instanceof KasaLinear
                ? "each leaves singular parts of the weight out, and together they would leave the"
                        + " same ones out twice. Activate one of them, or merge one first."
                : null;
    }

    /** diag(d) A */
    private NDArray a(AdapterPass pass) {
        return pass.value(tensors.a()).mul(pass.value(diagonal).reshape(new Shape(-1, 1)));
    }

    private NDArray b(AdapterPass pass) {
        return pass.value(tensors.b());
    }

    /** How far A and B are from orthonormal, added to a sum, or null for none. */
    NDArray skewness(AdapterPass pass, @Nullable NDArray sum) {
        return DeltaOps.skewness(pass.value(tensors.a()), pass.value(tensors.b()), sum);
    }

    /** The sum of the squares of d. */
    NDArray squares(AdapterPass pass) {
        return pass.value(diagonal).square().sum();
    }

    private double scale(AdapterPass pass) {
        return tensors.scaling() * pass.scale(this);
    }
}
