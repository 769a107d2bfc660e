package io.github.peft4j.tuner.cpt;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.ops.Gradients;
import io.github.peft4j.ops.InPlace;
import io.github.peft4j.ops.Prompts;
import java.util.List;

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
record ContextEmbeddings(Parameter base, Parameter delta, float[] bounds, float[] trains) {

    private static final double SMALLEST = 1e-10;
    private static final double REFERENCE_DIM = 2048;

    /** Words before an input, an input, words before a label: the rest of a part divided by 4. */
    private static final int FORMAT = 1;

    private static final int INPUT = 2;
    private static final int LABEL_FORMAT = 3;
    private static final int PARTS = 4;

    static ContextEmbeddings of(Parameter base, Parameter delta, CPTConfig config, int dim) {
        List<Integer> types = config.context().typeMask();
        float[] bounds = new float[types.size()];
        float[] trains = new float[types.size()];
        float share = (float) Math.sqrt(dim / REFERENCE_DIM);
        for (int i = 0; i < bounds.length; i++) {
            int part = Math.floorMod(types.get(i), PARTS);
            boolean format = part == FORMAT || part == LABEL_FORMAT;
            trains[i] = format || part == INPUT ? 1 : 0;
            bounds[i] = (float) SMALLEST;
            if (trains[i] == 1 && types.get(i) > 0) {
                Number epsilon =
                        format
                                ? config.projection().formatEpsilon()
                                : config.projection().epsilon();
                bounds[i] = epsilon.floatValue() * share;
            }
        }
        return new ContextEmbeddings(base, delta, bounds, trains);
    }

    /** P, [n, H]. */
    NDArray rows(AdapterPass pass) {
        NDArray own = pass.value(delta);
        NDArray bound = pass.scope().create(bounds);
        if (Gradients.isOn() && delta.requiresGradient()) {
            try (Gradients off = Gradients.off()) {
                InPlace.copy(delta.getArray(), Prompts.shortenRows(own, bound));
            }
        }
        return Prompts.movedRows(pass.value(base), own, bound, pass.scope().create(trains));
    }
}
