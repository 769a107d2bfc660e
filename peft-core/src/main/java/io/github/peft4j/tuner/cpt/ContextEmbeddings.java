package io.github.peft4j.tuner.cpt;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.primitives.Floats;
import com.google.common.primitives.ImmutableDoubleArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.ops.Gradients;
import io.github.peft4j.ops.InPlace;
import io.github.peft4j.ops.Prompts;

/**
 * The embeddings of a context, moved a little: \(P_i = E_i + \Delta_i \min(1, \epsilon_i / \lVert
 * \Delta_i \rVert)\).
 *
 * <ul>
 *   <li>E: [n, H], rows of the base's token embedding, frozen
 *   <li>Δ: [n, H], trained in the rows of inputs and of the words around them; starts at zero
 *   <li>ε: [n], by the row's part: epsilon or format epsilon times √(H / 2048); 1e-10 for labels
 * </ul>
 *
 * <p>As in PEFT, a pass with gradients shortens Δ itself, so that the optimizer's step starts where
 * the gradient was taken; the gradient passes by the shortening.
 *
 * @param base E
 * @param delta Δ
 * @param bounds ε
 * @param trains 1 for the rows that train, else 0
 * @see <a href="https://arxiv.org/abs/2410.17222">Blau et al. 2024, section 3.3</a>
 */
record ContextEmbeddings(
        Parameter base, Parameter delta, ImmutableDoubleArray bounds, ImmutableDoubleArray trains) {

    private static final double SMALLEST = 1e-10;
    private static final double REFERENCE_DIM = 2048;

    /** Words before an input, an input, words before a label: the rest of a part divided by 4. */
    private static final int FORMAT = 1;

    private static final int INPUT = 2;
    private static final int LABEL_FORMAT = 3;
    private static final int PARTS = 4;

    static ContextEmbeddings of(Parameter base, Parameter delta, CPTConfig config, int dim) {
        ImmutableDoubleArray.Builder bounds = ImmutableDoubleArray.builder();
        ImmutableDoubleArray.Builder trains = ImmutableDoubleArray.builder();
        double share = Math.sqrt(dim / REFERENCE_DIM);
        for (int type : config.cptTokensTypeMask()) {
            int part = Math.floorMod(type, PARTS);
            boolean format = part == FORMAT || part == LABEL_FORMAT;
            boolean trained = format || part == INPUT;
            double epsilon =
                    format ? config.optProjectionFormatEpsilon() : config.optProjectionEpsilon();
            trains.add(trained ? 1 : 0);
            bounds.add(trained && type > 0 ? epsilon * share : SMALLEST);
        }
        return new ContextEmbeddings(base, delta, bounds.build(), trains.build());
    }

    /** P, [n, H]. */
    NDArray rows(AdapterPass pass) {
        NDArray own = pass.value(delta);
        NDArray bound = array(pass, bounds);
        if (Gradients.isOn() && delta.requiresGradient()) {
            try (Gradients off = Gradients.off()) {
                InPlace.copy(delta.getArray(), Prompts.shortenRows(own, bound));
            }
        }
        return Prompts.movedRows(pass.value(base), own, bound, array(pass, trains));
    }

    private static NDArray array(AdapterPass pass, ImmutableDoubleArray numbers) {
        return pass.scope().create(Floats.toArray(numbers.asList()));
    }
}
