package io.github.peft4j.task.train.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.PeftModel;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.ops.Decompositions;
import io.github.peft4j.ops.TensorOps;
import java.util.List;
import java.util.Map;

/**
 * LoRA-FA: A stays as it starts, and B's gradient is projected so that its step comes closest to
 * that of the whole weight.
 *
 * <p>\(g_B \leftarrow g_B (A A^\top + 10^{-8} I)^{-1} / s^2\), then AdamW in Hugging Face's older
 * form with epsilon 1e-6. Half of the trained numbers, and no input of a layer has to be kept for
 * the gradient of A. PEFT rounds the projection to bfloat16 on most machines; here it is float32.
 *
 * @see <a href="https://arxiv.org/abs/2308.03303">Zhang et al. 2023</a>
 */
public final class LoraFa implements ParameterGrouping {

    private static final double DAMP = 1e-8;
    private static final double EPSILON = 1e-6;

    private final ImmutableList<LoraPairs.Pair> pairs;
    private final double decay;

    private LoraFa(ImmutableList<LoraPairs.Pair> pairs, double decay) {
        this.pairs = pairs;
        this.decay = decay;
    }

    /**
     * For the active adapters of a model, without weight decay.
     *
     * @throws IllegalArgumentException if none of them is a LoRA of linear layers
     */
    public static LoraFa of(PeftModel model) {
        return of(model, 0);
    }

    /** The same with a decoupled weight decay of all that trains. */
    public static LoraFa of(PeftModel model, double weightDecay) {
        Preconditions.checkArgument(
                weightDecay >= 0, "weight_decay is %s; it must be 0 or more.", weightDecay);
        return new LoraFa(LoraPairs.of(model), weightDecay);
    }

    @Override
    public boolean trains(String name) {
        return !name.contains("lora_A");
    }

    @Override
    public List<ParameterGroup> group(Map<String, Parameter> trainable) {
        return ImmutableList.of(new ParameterGroup(trainable, decay, 1));
    }

    @Override
    public void configure(AdamW.Builder optimizer) {
        optimizer.optEpsilon(EPSILON).optOlderForm(true);
    }

    @Override
    public void changeGradients() {
        try (Gradients off = Gradients.off()) {
            for (LoraPairs.Pair pair : pairs) {
                NDArray a = pair.a().getArray();
                try (NDArray gradient = pair.b().getArray().getGradient();
                        NDArray turned = a.transpose();
                        NDArray square = a.matMul(turned);
                        NDArray inverse = Decompositions.dampedPseudoInverse(square, DAMP);
                        NDArray projected = gradient.matMul(inverse);
                        NDArray scale =
                                gradient.getManager()
                                        .create((float) (1 / (pair.scaling() * pair.scaling())))) {
                    TensorOps.scale(projected, scale);
                    TensorOps.copy(gradient, projected);
                }
            }
        }
    }
}
