package io.github.peft4j.tuner.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.ModelAdapter;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.GivenKeyValues;
import io.github.peft4j.model.KeyValueCache.KeyValues;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.testkit.RecordingModel;
import io.github.peft4j.testkit.Tensors;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What calls become: a prompt of rows [7 8] and [9 10] before texts of two tokens. */
class PromptCallsTest {

    private final NDManager scope = NDManager.newBaseManager("PyTorch");
    private final RecordingModel base = new RecordingModel(2, Map.of());
    private final Parameter table = Tensors.parameter(scope, true, new Shape(2, 2), 7, 8, 9, 10);

    @AfterEach
    void close() {
        base.close();
        scope.close();
    }

    private PromptSite site(TaskType task, int stacks) {
        return new PromptSite(
                base, task, WordEmbedding.of(base), new PromptShape(2 / stacks, stacks, 2, 3));
    }

    private ModelInput text() {
        Shape shape = new Shape(1, 2);
        return ModelInput.of(
                ImmutableMap.of(
                        ModelInput.INPUT_IDS, scope.create(new long[] {3, 4}, shape),
                        ModelInput.ATTENTION_MASK, scope.create(new long[] {1, 0}, shape),
                        ModelInput.TOKEN_TYPE_IDS, scope.create(new long[] {1, 1}, shape),
                        ModelInput.POSITION_IDS, scope.create(new long[] {0, 1}, shape),
                        ModelInput.LABELS, scope.create(new long[] {5, -100}, shape)));
    }

    private ModelInput call(ModelAdapter adapter, ModelInput input) {
        adapter.forward(input, base, base.pass(scope));
        return base.lastCall();
    }

    private NDArray rows(AdapterPass pass, ModelInput input) {
        return pass.value(table);
    }

    private static void assertNumbers(NDArray array, double... expected) {
        float[] numbers = array.toType(DataType.FLOAT32, false).toFloatArray();
        assertThat(numbers).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) numbers[i]).isEqualTo(expected[i], within(1e-6));
        }
    }

    @ParameterizedTest
    @EnumSource(TaskType.class)
    void putsRowsBeforeTheEmbeddingsOfATextAndShowsThemInItsMask(TaskType task) {
        boolean two = task == TaskType.SEQ_2_SEQ_LM;
        ModelAdapter adapter = PromptTuner.before(site(task, two ? 2 : 1), this::rows);

        ModelInput call = call(adapter, text());

        NDArray embeds = Tensors.get(call.arrays(), ModelInput.INPUTS_EMBEDS);
        NDArray mask = Tensors.get(call.arrays(), ModelInput.ATTENTION_MASK);
        if (two) {
            assertNumbers(embeds, 7, 8, 3.1, 3.2, 4.1, 4.2);
            assertThat(mask.toLongArray()).containsExactly(1, 1, 0);
        } else {
            assertNumbers(embeds, 7, 8, 9, 10, 3.1, 3.2, 4.1, 4.2);
            assertThat(mask.toLongArray()).containsExactly(1, 1, 1, 0);
        }
        assertThat(call.arrays()).doesNotContainKeys(ModelInput.INPUT_IDS, ModelInput.POSITION_IDS);
    }

    @ParameterizedTest
    @EnumSource(TaskType.class)
    void givesTypesToClassifiersAloneAndLabelsToEachToken(TaskType task) {
        boolean two = task == TaskType.SEQ_2_SEQ_LM;
        ModelInput call = call(PromptTuner.before(site(task, two ? 2 : 1), this::rows), text());

        boolean classifies =
                ImmutableList.of(TaskType.SEQ_CLS, TaskType.TOKEN_CLS, TaskType.QUESTION_ANS)
                        .contains(task);
        boolean each = task == TaskType.CAUSAL_LM || task == TaskType.TOKEN_CLS;
        NDArray types = call.get(ModelInput.TOKEN_TYPE_IDS);
        NDArray labels = Tensors.get(call.arrays(), ModelInput.LABELS);
        if (classifies && types != null) {
            assertThat(types.toLongArray()).containsExactly(0, 0, 1, 1);
        } else {
            assertThat(classifies).isFalse();
            assertThat(types).isNull();
        }
        assertThat(labels.toLongArray())
                .containsExactly(each ? new long[] {-100, -100, 5, -100} : new long[] {5, -100});
    }

    @Test
    void findsItselfInACacheLater() {
        GivenKeyValues before =
                new GivenKeyValues(
                        ImmutableList.of(
                                new KeyValues(
                                        scope.zeros(new Shape(1, 5, 2)),
                                        scope.zeros(new Shape(1, 5, 2)))));

        ModelInput call =
                call(
                        PromptTuner.before(site(TaskType.CAUSAL_LM, 1), this::rows),
                        text().without(ModelInput.LABELS).withCache(before));

        assertThat(call.arrays().keySet())
                .containsExactlyInAnyOrder(ModelInput.INPUT_IDS, ModelInput.ATTENTION_MASK);
        assertThat(Tensors.get(call.arrays(), ModelInput.ATTENTION_MASK).toLongArray())
                .containsExactly(1, 1, 1, 0);
    }

    @Test
    void leavesWhatAnEncoderHasMadeAsItIs() {
        NDArray states = scope.ones(new Shape(1, 3, 2));

        ModelInput call =
                call(
                        PromptTuner.before(site(TaskType.SEQ_2_SEQ_LM, 2), this::rows),
                        text().without(ModelInput.INPUT_IDS)
                                .with(ModelInput.ENCODER_OUTPUTS, states));

        assertThat(call.get(ModelInput.ENCODER_OUTPUTS)).isSameAs(states);
        assertThat(call.inputsEmbeds()).isNull();
        assertThat(Tensors.get(call.arrays(), ModelInput.ATTENTION_MASK).toLongArray())
                .containsExactly(1, 1, 0);
    }

    @Test
    void refusesCallsThatItCannotPutRowsBefore() {
        ModelAdapter adapter = PromptTuner.before(site(TaskType.CAUSAL_LM, 1), this::rows);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> call(adapter, text().without(ModelInput.INPUT_IDS)))
                .withMessageContaining("neither input_ids nor inputs_embeds");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                call(
                                        adapter,
                                        text().with(
                                                        ModelInput.INPUT_IDS,
                                                        scope.create(
                                                                new long[] {3, 10},
                                                                new Shape(1, 2)))))
                .withMessageContaining("Id 10 is no row")
                .withMessageContaining("rows 0 to 9");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                call(
                                        adapter,
                                        text().with(
                                                        ModelInput.ATTENTION_MASK,
                                                        scope.ones(new Shape(1, 1, 2, 2)))))
                .withMessageContaining("attention_mask is (1, 1, 2, 2)");
    }
}
