package io.github.peft4j.tuner.cpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.config.TaskType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ContextLabelsTest {

    private final NDManager scope = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        scope.close();
    }

    private static CPTConfig.Builder config(Integer... types) {
        return CPTConfig.builder()
                .optTaskType(TaskType.CAUSAL_LM)
                .optCptTokenIds(ImmutableList.of(11, 12, 13, 14).subList(0, types.length))
                .optCptTokensTypeMask(ImmutableList.copyOf(types));
    }

    private ContextLabels.Rows rows(CPTConfig config, long... labels) {
        return new ContextLabels(config)
                .of(scope.create(labels, new Shape(1, labels.length)), null);
    }

    @Test
    void countsLabelsOfTheContextAndAllOfTheText() {
        ContextLabels.Rows rows = rows(config(1, 2, 4, 4).build(), 21, -100, 23);

        assertThat(rows.labels().asList()).containsExactly(-100L, -100L, 13L, 14L, 21L, -100L, 23L);
        assertThat(rows.shape()).isEqualTo(new Shape(1, 7));
        assertThat(rows.counted().places().asList()).containsExactly(1L, 2L, 3L, 5L);
        assertThat(rows.counted().labels().asList()).containsExactly(13L, 14L, 21L, 23L);
        assertThat(rows.counted().weights().asList()).containsExactly(1.0, 1.0, 1.0, 1.0);
    }

    @Test
    void letsExamplesFurtherAwayCountLess() {
        CPTConfig config =
                config(1, 4, 5, 8).optWeightedLossType("decay").optLossDecayFactor(0.5).build();

        ContextLabels.Rows rows = rows(config, 21);

        assertThat(rows.counted().labels().asList()).containsExactly(12L, 14L, 21L);
        assertThat(rows.counted().weights().asList()).containsExactly(0.25, 0.5, 1.0);
    }

    @Test
    void countsOnThePartsThatACallGives() {
        ContextLabels labels = new ContextLabels(config(1, 4).build());
        Shape shape = new Shape(1, 3);

        ContextLabels.Rows rows =
                labels.of(
                        scope.create(new long[] {21, 22, 23}, shape),
                        scope.create(new long[] {1, 4, 0}, shape));

        assertThat(rows.parts().asList()).containsExactly(1L, 4L, 5L, 8L, 0L);
        assertThat(rows.labels().asList()).containsExactly(-100L, 12L, -100L, 22L, -100L);
    }

    @Test
    void refusesALossOfNothing() {
        CPTConfig config = config(1, 2).build();

        assertThat(ContextLabels.ofTextAreLost(config)).isTrue();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rows(config, 21, 22))
                .withMessageContaining("No label counts")
                .withMessageContaining("the largest is 2");
    }
}
