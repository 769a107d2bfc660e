package io.github.peft4j.task.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.google.common.primitives.ImmutableLongArray;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.task.generate.Generator;
import io.github.peft4j.task.generate.PromptBatch;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.task.tokenize.Side;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.cpt.CPTConfig;
import io.github.peft4j.tuner.multitask.MultitaskPromptTuningConfig;
import io.github.peft4j.tuner.prefixtuning.PrefixTuningConfig;
import io.github.peft4j.tuner.prompttuning.PromptTuningConfig;
import io.github.peft4j.tuner.ptuning.PromptEncoderConfig;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PromptGenerationTest {

    private static final PromptBatch PROMPTS =
            PromptBatch.padded(
                    List.of(new long[] {11, 12, 13, 14, 15}, new long[] {21, 22}), 0, Side.LEFT);

    static List<Arguments> adapters() {
        return List.of(
                Arguments.of("llama-causal", prompt(TaskType.CAUSAL_LM)),
                Arguments.of("mistral-causal", prompt(TaskType.CAUSAL_LM)),
                Arguments.of("gptneox-causal", encoder(TaskType.CAUSAL_LM)),
                Arguments.of("gemma2-causal", prefix(TaskType.CAUSAL_LM)),
                Arguments.of("gpt2-causal", prefix(TaskType.CAUSAL_LM)),
                Arguments.of("opt-causal", prefix(TaskType.CAUSAL_LM)),
                Arguments.of("qwen3-causal", tasks(TaskType.CAUSAL_LM)),
                Arguments.of(
                        "phi3-causal", CPTConfig.builder().optTaskType(TaskType.CAUSAL_LM).build()),
                Arguments.of("t5-seq2seq", prompt(TaskType.SEQ_2_SEQ_LM)),
                Arguments.of("t5-seq2seq", prefix(TaskType.SEQ_2_SEQ_LM)),
                Arguments.of("t5-seq2seq", tasks(TaskType.SEQ_2_SEQ_LM)),
                Arguments.of("bart-seq2seq", encoder(TaskType.SEQ_2_SEQ_LM)),
                Arguments.of("bart-seq2seq", prefix(TaskType.SEQ_2_SEQ_LM)));
    }

    private static PeftConfig prompt(TaskType task) {
        return PromptTuningConfig.builder().optTaskType(task).setNumVirtualTokens(3).build();
    }

    private static PeftConfig encoder(TaskType task) {
        return PromptEncoderConfig.builder().optTaskType(task).setNumVirtualTokens(3).build();
    }

    private static PeftConfig prefix(TaskType task) {
        return PrefixTuningConfig.builder().optTaskType(task).setNumVirtualTokens(3).build();
    }

    private static PeftConfig tasks(TaskType task) {
        return MultitaskPromptTuningConfig.builder()
                .optTaskType(task)
                .setNumVirtualTokens(3)
                .optNumTasks(2)
                .build();
    }

    private static PeftModel open(TransformerModel base, PeftConfig config) {
        Engine.getEngine("PyTorch").setRandomSeed(3);
        PeftModel model = PeftModels.getPeftModel(base, config);
        try (NDManager scratch = NDManager.newBaseManager("PyTorch")) {
            for (Parameter parameter : model.trainableTensors().values()) {
                Tensors.fill(parameter, scratch.randomNormal(parameter.getShape()), 1);
            }
        }
        return model;
    }

    private static List<ImmutableLongArray> answers(
            PeftModel model, PromptBatch prompts, Map<String, Object> settings) {
        GenerationConfig config =
                GenerationConfig.builder()
                        .optMaxNewTokens(6)
                        .optDecoderStartTokenId(2)
                        .optPadTokenId(0)
                        .build()
                        .with(settings);
        return Generator.of(model).generate(prompts, config).sequences();
    }

    @ParameterizedTest
    @MethodSource("adapters")
    void continuesFromACacheAsItDoesWithoutOne(String name, PeftConfig config) throws IOException {
        try (TransformerModel base =
                        Transformers.load(
                                Golden.path("models/" + name), config.taskType().orElseThrow());
                PeftModel model = open(base, config)) {
            PromptBatch prompts = PROMPTS.withTaskIds(1, 0);
            Map<String, Object> whole = Map.of("use_cache", false);
            List<ImmutableLongArray> cached = answers(model, prompts, Map.of());

            assertThat(cached).isEqualTo(answers(model, prompts, whole));
            assertThat(answers(model, prompts, Map.of("num_beams", 3)))
                    .isEqualTo(answers(model, prompts, Map.of("num_beams", 3, "use_cache", false)));
            try (var off = model.disableAdapter()) {
                assertThat(answers(model, prompts, Map.of())).isNotEqualTo(cached);
            }
        }
    }

    @Test
    void answersEachRowForItsTask() throws IOException {
        try (TransformerModel base =
                        Transformers.load(Golden.path("models/llama-causal"), TaskType.CAUSAL_LM);
                PeftModel model = open(base, tasks(TaskType.CAUSAL_LM))) {
            PromptBatch twice = PromptBatch.of(new long[][] {{11, 12, 13}, {11, 12, 13}});
            List<ImmutableLongArray> both = answers(model, twice.withTaskIds(0, 1), Map.of());
            List<ImmutableLongArray> swapped = answers(model, twice.withTaskIds(1, 0), Map.of());

            assertThat(both.get(0)).isNotEqualTo(both.get(1));
            assertThat(swapped).containsExactly(both.get(1), both.get(0));
        }
    }

    @Test
    void asksForTheTaskOfEachPrompt() throws IOException {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PROMPTS.withTaskIds(1))
                .withMessageContaining("2 prompts and 1 task_ids");
        try (TransformerModel base =
                        Transformers.load(Golden.path("models/llama-causal"), TaskType.CAUSAL_LM);
                PeftModel model = open(base, tasks(TaskType.CAUSAL_LM))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> answers(model, PROMPTS, Map.of()))
                    .withMessageContaining("has no task_ids");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> answers(model, PROMPTS.withTaskIds(0, 2), Map.of()))
                    .withMessageContaining("task_ids hold 2, but there are 2 tasks");
        }
    }
}
