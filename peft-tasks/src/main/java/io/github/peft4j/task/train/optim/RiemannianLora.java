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
 * Riemannian preconditioning: the gradients of A and B take the metric of the product into account,
 * so that both learn well with one learning rate.
 *
 * <p>\(g_A \leftarrow (B^\top B + \delta I)^{-1} g_A\) and \(g_B \leftarrow g_B (A A^\top + \delta
 * I)^{-1}\), r x r matrices, before each step. Embeddings and all else stay as they are.
 *
 * @see <a href="https://arxiv.org/abs/2402.02347">Zhang and Pilanci 2024, algorithm 2</a>
 */
public final class RiemannianLora implements ParameterGrouping {

    /** PEFT's damping. */
    public static final double REG = 1e-2;

    private final ImmutableList<LoraPairs.Pair> pairs;
    private final double reg;
    private final ParameterGrouping groups;

    private RiemannianLora(
            ImmutableList<LoraPairs.Pair> pairs, double reg, ParameterGrouping groups) {
        this.pairs = pairs;
        this.reg = reg;
        this.groups = groups;
    }

    /**
     * For the active adapters of a model.
     *
     * @param reg damping delta, over 0; {@link #REG} in PEFT
     * @param groups how the tensors are grouped besides
     * @throws IllegalArgumentException if none of the adapters is a LoRA of linear layers
     */
    public static RiemannianLora of(PeftModel model, double reg, ParameterGrouping groups) {
        Preconditions.checkArgument(
                reg > 0, "reg is %s; it must be positive, 0.01 for example.", reg);
        return new RiemannianLora(LoraPairs.of(model), reg, groups);
    }

    @Override
    public boolean trains(String name) {
        return groups.trains(name);
    }

    @Override
    public List<ParameterGroup> group(Map<String, Parameter> trainable) {
        return groups.group(trainable);
    }

    @Override
    public void configure(AdamW.Builder optimizer) {
        groups.configure(optimizer);
    }

    @Override
    public void changeGradients() {
        groups.changeGradients();
        try (Gradients off = Gradients.off()) {
            for (LoraPairs.Pair pair : pairs) {
                NDArray a = pair.a().getArray();
                NDArray b = pair.b().getArray();
                if (!a.hasGradient() || !b.hasGradient()) {
                    continue; // MiCA's B, say
                }
                try (NDArray gradientA = a.getGradient();
                        NDArray gradientB = b.getGradient();
                        NDArray turnedA = a.transpose();
                        NDArray turnedB = b.transpose();
                        NDArray squareA = a.matMul(turnedA);
                        NDArray squareB = turnedB.matMul(b);
                        NDArray inverseB = Decompositions.dampedPseudoInverse(squareB, reg);
                        NDArray inverseA = Decompositions.dampedPseudoInverse(squareA, reg);
                        NDArray changedA = inverseB.matMul(gradientA);
                        NDArray changedB = gradientB.matMul(inverseA)) {
                    TensorOps.copy(gradientA, changedA);
                    TensorOps.copy(gradientB, changedB);
                }
            }
        }
    }
}
