package io.github.peft4j.task.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.LogitsToKeep;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.GoldenCase;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.prompttuning.PromptTuningConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Padding between a prompt and its text must not change what a text without padding gets. */
class PromptPackingTest {

    static List<Arguments> models() {
        return List.of(
                Arguments.of(Golden.path("models/bert-seqcls"), TaskType.SEQ_CLS),
                Arguments.of(GoldenCase.directory("encoders/roberta-seqcls"), TaskType.SEQ_CLS),
                Arguments.of(GoldenCase.directory("encoders/distilbert-seqcls"), TaskType.SEQ_CLS),
                Arguments.of(GoldenCase.directory("encoders/electra-seqcls"), TaskType.SEQ_CLS),
                Arguments.of(GoldenCase.directory("encoders/mpnet-seqcls"), TaskType.SEQ_CLS),
                Arguments.of(GoldenCase.directory("encoders/deberta-v2-seqcls"), TaskType.SEQ_CLS),
                Arguments.of(Golden.path("models/llama-causal"), TaskType.CAUSAL_LM),
                Arguments.of(Golden.path("models/opt-causal"), TaskType.CAUSAL_LM),
                Arguments.of(Golden.path("models/t5-seq2seq"), TaskType.SEQ_2_SEQ_LM),
                Arguments.of(Golden.path("models/bart-seq2seq"), TaskType.SEQ_2_SEQ_LM));
    }

    @ParameterizedTest
    @MethodSource("models")
    void packedTextsGiveTheLossOfPaddedOnes(Path directory, TaskType task) throws IOException {
        try (TransformerModel base = Transformers.load(directory, task);
                NDManager scope = NDManager.newBaseManager("PyTorch")) {
            Engine.getEngine("PyTorch").setRandomSeed(3);
            PromptTuningConfig.Builder config =
                    PromptTuningConfig.builder().optTaskType(task).setNumVirtualTokens(3);
            for (String width : new String[] {"embedding_size", "word_embed_proj_dim"}) {
                if (base.config().values().get(width) instanceof Number size) {
                    config.optTokenDim(size.intValue());
                }
            }
            try (PeftModel model = PeftModels.getPeftModel(base, config.build())) {
                for (boolean left : new boolean[] {false, true}) {
                    ModelInput input = input(scope, task, left).withLogits(LogitsToKeep.NONE);
                    NDArray packed = model.forward(input).loss();
                    NDArray padded = model.forward(input.withOutputHiddenStates(true)).loss();

                    Tensors.assertClose(
                            packed, padded, Tensors.OUTPUT, left ? "padded left" : "padded right");
                    assertThat(packed.getFloat()).isPositive();
                }
            }
        }
    }

    private static ModelInput input(NDManager scope, TaskType task, boolean left) {
        int width = 7;
        long[] ids = new long[2 * width];
        long[] mask = new long[ids.length];
        long[] next = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            boolean token = i < width || (left ? i >= width + 3 : i < width + 4);
            ids[i] = token ? 5 + (11L * i) % 34 : 1;
            mask[i] = token ? 1 : 0;
            next[i] = token ? ids[i] : -100;
        }
        Shape shape = new Shape(2, width);
        NDArray labels =
                switch (task) {
                    case SEQ_CLS -> scope.create(new long[] {1, 0});
                    case CAUSAL_LM -> scope.create(next, shape);
                    default -> scope.create(new long[] {30, 31, 32, 33}, new Shape(2, 2));
                };
        return ModelInput.of(
                ImmutableMap.of(
                        ModelInput.INPUT_IDS, scope.create(ids, shape),
                        ModelInput.ATTENTION_MASK, scope.create(mask, shape),
                        ModelInput.LABELS, labels));
    }
}
