package io.github.peft4j.tuner.lora.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.ops.Ops;
import java.util.List;
import java.util.Map;

/**
 * Adds products of two thin matrices to a bare parameter: to a matrix, or to each matrix of a stack
 * of E experts.
 *
 * <p>\(W_e := W_e + s B_e A_e\), computed once a pass. The pairs lie in two matrices as PEFT stores
 * them, and in two orders: A is cut into E pieces of r rows, while of B each r-th part of a column
 * block belongs to one expert, \(B_e = B[:, e], B[:, E + e], \dots\)
 *
 * <ul>
 *   <li>W: [out, in], [E, out, in], or [E, in, out] if the block says so
 *   <li>A: {@code lora_A.weight} [E·r, in]; B: {@code lora_B.weight} [out, r·E]; both trained
 * </ul>
 *
 * <p>Costs E·r·in·out multiply-adds a pass, however few tokens there are, and r·(in + out)·E
 * parameters. There is no activation to drop from, and no bias.
 */
public final class LoraParameter implements PairAdapter {

    private final Parameter a;
    private final Parameter b;
    private final double scaling;
    private final boolean transposed;

    /**
     * Acts at a parameter.
     *
     * @param a [E·r, in]
     * @param b [out, r·E]
     * @param scaling factor s on what is added
     * @param transposed whether a stack holds its matrices as [in, out]
     */
    public LoraParameter(Parameter a, Parameter b, double scaling, boolean transposed) {
        this.a = a;
        this.b = b;
        this.scaling = scaling;
        this.transposed = transposed;
    }

    @Override
    public LoraPair pair() {
        return new LoraPair(a, b, scaling);
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        double scale = scaling * pass.scale(this);
        NDArray down = pass.value(a);
        NDArray up = pass.value(b);
        if (current.getShape().dimension() == 2) {
            return current.add(Ops.lowRank(down, up, scale));
        }
        long experts = current.getShape().get(0);
        NDArray each = down.reshape(experts, -1, down.getShape().get(1));
        NDArray ups = up.reshape(up.getShape().get(0), -1, experts).transpose(2, 0, 1);
        NDArray delta = Ops.scale(ups.matMul(each), scale);
        return current.add(transposed ? delta.transpose(0, 2, 1) : delta);
    }

    @Override
    public List<Parameter> factors() {
        return ImmutableList.of(a, b);
    }

    @Override
    public Map<String, Parameter> parameters() {
        return ImmutableMap.of("lora_A.weight", a, "lora_B.weight", b);
    }
}
