package io.github.peft4j.tuner.cpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.testkit.Tensors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two features: lengths of a model of 2048 features times 1/32. */
class ContextEmbeddingsTest {

    private static final double SHARE = 1 / 32.0;

    private final NDManager scope = NDManager.newBaseManager("PyTorch");
    private final Parameter base =
            Tensors.parameter(scope, false, new Shape(4, 2), 1, 2, 3, 4, 5, 6, 7, 8);
    private final Parameter delta =
            Tensors.parameter(scope, true, new Shape(4, 2), 0, 0.64, 3, 4, 0.003, 0.004, 3, 4);
    private final ContextEmbeddings embeddings =
            ContextEmbeddings.of(
                    base,
                    delta,
                    CPTConfig.builder()
                            .optTaskType(TaskType.CAUSAL_LM)
                            .optCptTokenIds(ImmutableList.of(0, 1, 2, 3))
                            .optCptTokensTypeMask(ImmutableList.of(1, 2, 7, 4))
                            .optProjectionEpsilon(16)
                            .optProjectionFormatEpsilon(3.2)
                            .build(),
                    2);

    @AfterEach
    void close() {
        scope.close();
    }

    private NDArray rows() {
        return embeddings.rows(AdapterPass.over(new ParameterStore(scope, false), scope, false));
    }

    @Test
    void shortensRowsToTheLengthOfTheirPart() {
        try (Gradients off = Gradients.off()) {
            NDArray expected =
                    Tensors.of(
                            scope,
                            new Shape(4, 2),
                            1,
                            2 + 3.2 * SHARE, // words around an input
                            3 + 0.6 * 16 * SHARE, // an input
                            4 + 0.8 * 16 * SHARE,
                            5.003, // short enough
                            6.004,
                            7, // a label
                            8);

            Tensors.assertClose(rows(), expected, 1e-6, "rows");
        }
    }

    @Test
    void leavesItsTensorAloneUntilItTrains() {
        try (Gradients off = Gradients.off()) {
            rows();
            assertThat(delta.getArray().toFloatArray()[3]).isEqualTo(4f);
        }
        try (Gradients on = Gradients.on()) {
            rows();
        }
        assertThat((double) delta.getArray().toFloatArray()[3])
                .isEqualTo(0.8 * 16 * SHARE, within(1e-6));
    }

    @Test
    void letsTheGradientPassByTheShorteningWhereRowsTrain() {
        try (Gradients on = Gradients.on()) {
            NDArray weights = Tensors.of(scope, new Shape(4, 2), 1, 2, 3, 4, 5, 6, 7, 8);
            Gradients.backward(rows().mul(weights).sum());
        }
        try (NDArray gradient = delta.getArray().getGradient()) {
            assertThat(gradient.toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6, 0, 0);
        }
    }
}
