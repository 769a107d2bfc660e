package io.github.peft4j.transformers.deberta;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonParser;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import org.assertj.core.api.Assertions;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DebertaLossTest {

    private static final PretrainedConfig UNSAID = config("{}");
    private static final Offset<Float> EXACT = Assertions.within(1e-6f);

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private static PretrainedConfig config(String json) {
        return PretrainedConfig.of(JsonParser.parseString(json), "test");
    }

    /** Two texts, two labels; the odds of the first label are 3 to 1, then 1 to 1. */
    private NDArray logits() {
        return Tensors.of(manager, new Shape(2, 2), Math.log(3), 0, 0, 0);
    }

    private static float loss(PretrainedConfig config, NDArray logits, NDArray labels) {
        return DebertaLoss.of(config, logits, labels).toFloatArray()[0];
    }

    @Test
    void negativeClassesDoNotCount() {
        NDArray labels = manager.create(new long[] {1, -1});

        Assertions.assertThat(loss(UNSAID, logits(), labels)).isCloseTo((float) Math.log(4), EXACT);
        Assertions.assertThat(loss(UNSAID, logits(), labels.reshape(2, 1)))
                .isCloseTo((float) Math.log(4), EXACT);
    }

    @Test
    void aBatchWithoutAClassLosesNothing() {
        NDArray labels = manager.create(new long[] {-1, -100});

        Assertions.assertThat(loss(UNSAID, logits(), labels)).isZero();
    }

    @Test
    void sharesOfClassesWeighTheirLogProbabilities() {
        NDArray shares = Tensors.of(manager, new Shape(2, 2), 0.5, 0.5, 1, 0);
        double first = -0.5 * Math.log(0.75) - 0.5 * Math.log(0.25);

        Assertions.assertThat(loss(UNSAID, logits(), shares))
                .isCloseTo((float) ((first + Math.log(2)) / 2), EXACT);
    }

    @Test
    void oneLabelIsARegression() {
        NDArray scores = Tensors.of(manager, new Shape(2, 1), 1, 2);
        NDArray labels = Tensors.of(manager, new Shape(2), 0, 4);

        Assertions.assertThat(loss(UNSAID, scores, labels)).isCloseTo(2.5f, EXACT);
    }

    @Test
    void aProblemTypeDecidesAsForAllFamilies() {
        PretrainedConfig several = config("{\"problem_type\": \"multi_label_classification\"}");
        NDArray labels = Tensors.of(manager, new Shape(2, 2), 1, 0, 0, 0);
        double expected = (-Math.log(0.75) + 3 * Math.log(2)) / 4;

        Assertions.assertThat(loss(several, logits(), labels)).isCloseTo((float) expected, EXACT);
    }

    @Test
    void refusesAClassThatIsNone() {
        Assertions.assertThatThrownBy(
                        () -> loss(UNSAID, logits(), manager.create(new long[] {0, 2})))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Label 2 is out of range");
    }
}
