package io.github.peft4j.tuner.hra;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.ops.RotationOps;

/**
 * Multiplies a frozen weight, taken as a matrix, by a product of reflections.
 *
 * <p>\(W' = W H_1 \cdots H_r\) with \(H_j = I - 2 u_j u_j^\top / \lVert u_j \rVert^2\), or, made
 * orthogonal before, \(W' = W (I - 2 Q Q^\top)\). The bias stays.
 *
 * <ul>
 *   <li>W: [out, in], of a convolution [out, in·kernel]
 *   <li>u: {@code hra_u} [in, r], or [in·kernel, r], trained, float32; starts as pairs of equal
 *       columns (r even), uniform within ±√(2 / r), whose product is the identity
 * </ul>
 *
 * <p>This form is for convolutions, and for layers that give adapters their weight only.
 *
 * @see <a href="https://arxiv.org/abs/2405.17484">Yuan et al. 2024, equation 4</a>
 */
class HRAWeight implements WeightAdapter {

    private final Parameter u;
    private final boolean orthogonal;

    /**
     * Acts by these vectors.
     *
     * @param orthogonal whether they are made orthogonal first
     */
    HRAWeight(Parameter u, boolean orthogonal) {
        this.u = u;
        this.orthogonal = orthogonal;
    }

    /** Rows times the product, or times its transpose. */
    final NDArray reflect(NDArray rows, boolean transposed, AdapterPass pass) {
        NDArray vectors = pass.value(u);
        return orthogonal
                ? RotationOps.reflectSpace(rows, vectors)
                : RotationOps.reflect(rows, vectors, transposed);
    }

    @Override
    public final NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        return reflect(current, false, pass);
    }

    @Override
    public final ImmutableMap<String, Parameter> parameters() {
        return ImmutableMap.of("hra_u", u);
    }
}
