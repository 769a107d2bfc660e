package io.github.peft4j.task.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableIntArray;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.task.Folders;
import io.github.peft4j.task.data.BatchLoader;
import io.github.peft4j.task.data.BatchSource;
import io.github.peft4j.task.data.HostArray;
import io.github.peft4j.task.data.TokenBatch;
import io.github.peft4j.task.train.config.LearningRateSchedule;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.report.TrainingResult;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The loss of several batches is that of one batch of their rows, whatever a prompt adds. */
class PromptLossTest {

    private static final Rows ROWS =
            new Rows(
                    false,
                    List.of(new long[] {5, 7, 9}, new long[] {11, 13, 17, 19, 23, 29, 31, 37, 41}));

    /** Each token its own label; in rows marked so, none counts. */
    private record Rows(boolean withIgnored, List<long[]> ids) implements BatchSource {

        @Override
        public int size() {
            return ids.size();
        }

        @Override
        public int length(int index) {
            return ids.get(index).length;
        }

        @Override
        public TokenBatch batch(int... indices) {
            int width = Arrays.stream(indices).map(this::length).max().orElse(0);
            long[] tokens = new long[indices.length * width];
            long[] mask = new long[tokens.length];
            long[] labels = new long[tokens.length];
            Arrays.fill(labels, -100);
            for (int row = 0; row < indices.length; row++) {
                long[] own = ids.get(indices[row]);
                System.arraycopy(own, 0, tokens, row * width, own.length);
                Arrays.fill(mask, row * width, row * width + own.length, 1);
                if (!withIgnored || indices[row] > 0) {
                    System.arraycopy(own, 0, labels, row * width, own.length);
                }
            }
            Shape shape = new Shape(indices.length, width);
            return new TokenBatch(
                    ImmutableMap.of(
                            ModelInput.INPUT_IDS, new HostArray.Int64(tokens, shape),
                            ModelInput.ATTENTION_MASK, new HostArray.Int64(mask, shape),
                            ModelInput.LABELS, new HostArray.Int64(labels, shape)),
                    ImmutableIntArray.copyOf(indices));
        }
    }

    /** The same rows, each of its own task. */
    private record Tasks(Rows rows) implements BatchSource {

        @Override
        public int size() {
            return rows.size();
        }

        @Override
        public int length(int index) {
            return rows.length(index);
        }

        @Override
        public TokenBatch batch(int... indices) {
            TokenBatch batch = rows.batch(indices);
            long[] tasks = Arrays.stream(indices).asLongStream().toArray();
            return new TokenBatch(
                    ImmutableMap.<String, HostArray>builder()
                            .putAll(batch.columns())
                            .put(
                                    ModelInput.TASK_IDS,
                                    new HostArray.Int64(tasks, new Shape(tasks.length)))
                            .buildOrThrow(),
                    batch.indices());
        }
    }

    /** The numbers are Python's; alone, the rows have the losses 6.603876 and 9.351862. */
    @Test
    void evaluatesAPromptOfSeveralTasksAsPythonDoes() throws IOException {
        try (TransformerModel base = base("gpt2-causal");
                PeftModel model =
                        PeftModels.fromPretrained(
                                base, Folders.resource("reports/eval-loss-multitask"))) {
            for (int size : new int[] {1, 2}) {
                assertThat(loss(model, new Tasks(ROWS), size))
                        .isCloseTo(8.664865, Offset.offset(8e-5));
                assertThat(loss(model, new Tasks(new Rows(true, ROWS.ids())), size))
                        .isCloseTo(9.351862, Offset.offset(8e-5));
            }
        }
    }

    @Test
    void accumulatesAPromptOfSeveralTasksAsOneBatch() throws IOException {
        List<float[]> prompts = new ArrayList<>();
        for (int size : new int[] {1, 2}) {
            try (TransformerModel base = base("llama-causal");
                    PeftModel model =
                            PeftModels.fromPretrained(
                                    base,
                                    Folders.resource("reports/eval-loss-multitask"),
                                    PeftModel.DEFAULT_ADAPTER,
                                    LoadAdapterOptions.builder().optTrainable(true).build())) {
                TrainingResult result = step(model, new Tasks(ROWS), size);
                assertThat(result.finalLoss()).isCloseTo(8.622580, Offset.offset(1e-4));
                prompts.add(
                        model.adapter(PeftModel.DEFAULT_ADAPTER)
                                .trainable()
                                .iterator()
                                .next()
                                .getArray()
                                .toFloatArray());
            }
        }
        for (int i = 0; i < prompts.get(0).length; i++) {
            assertThat(prompts.get(0)[i]).isCloseTo(prompts.get(1)[i], Offset.offset(1e-5f));
        }
    }

    private static TransformerModel base(String name) throws IOException {
        return Transformers.load(Golden.path("models/" + name), TaskType.CAUSAL_LM);
    }

    private static double loss(PeftModel model, BatchSource rows, int size) {
        PeftTrainer trainer = new PeftTrainer(model, TrainingArguments.builder().build());
        return trainer.evaluate(BatchLoader.builder(rows).optBatchSize(size).build())
                .getOrDefault("loss", Double.NaN);
    }

    @Test
    void evaluatesAPromptAsPythonDoes() throws IOException {
        try (TransformerModel base = base("gpt2-causal");
                PeftModel model =
                        PeftModels.fromPretrained(
                                base, Folders.resource("reports/eval-loss-prompt-tuning"))) {
            assertThat(loss(model, ROWS, 2)).isCloseTo(7.912096, Offset.offset(8e-5));
            assertThat(loss(model, ROWS, 1)).isCloseTo(7.912096, Offset.offset(8e-5));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"PROMPT_TUNING", "P_TUNING", "PREFIX_TUNING", "CPT", "CPT decay", "LORA"})
    void evaluatesEveryMethodAlikeInBatchesOfAnySize(String method) throws IOException {
        String[] words = method.split(" ", -1);
        Map<String, Object> values =
                switch (words[0]) {
                    case "LORA" -> Map.of("init_lora_weights", false);
                    case "CPT" ->
                            Map.of(
                                    "cpt_token_ids", List.of(5, 6, 7, 8),
                                    "cpt_mask", List.of(1, 1, 1, 1),
                                    "cpt_tokens_type_mask", List.of(1, 2, 3, 4),
                                    "opt_weighted_loss_type", words[words.length - 1],
                                    "opt_loss_decay_factor", 0.5);
                    default -> Map.of("num_virtual_tokens", 4);
                };
        PeftConfig config =
                PeftModels.getPeftConfig(
                        ImmutableMap.<String, Object>builder()
                                .putAll(values)
                                .put("peft_type", words[0])
                                .put("task_type", "CAUSAL_LM")
                                .buildOrThrow());
        try (TransformerModel base = base("gpt2-causal");
                PeftModel model = PeftModels.getPeftModel(base, config)) {
            assertThat(loss(model, ROWS, 1))
                    .isCloseTo(loss(model, ROWS, 2), Percentage.withPercentage(1e-3));
        }
    }

    @Test
    void makesTheSameStepOfTwoBatchesAsOfOne() throws IOException {
        List<NDArray> updates = new ArrayList<>();
        try (TransformerModel base = base("llama-causal");
                PeftModel one = trainable(base);
                PeftModel two = trainable(base)) {
            TrainingResult whole = step(one, ROWS, 2);
            TrainingResult accumulated = step(two, ROWS, 1);
            for (PeftModel model : List.of(one, two)) {
                updates.add(
                        model.adapter(PeftModel.DEFAULT_ADAPTER)
                                .trainable()
                                .iterator()
                                .next()
                                .getArray());
            }
            assertThat(whole.finalLoss()).isCloseTo(9.518974, Offset.offset(1e-4));
            assertThat(accumulated.finalLoss()).isCloseTo(9.518974, Offset.offset(1e-4));
            try (PeftModel start = trainable(base)) {
                NDArray before =
                        start.adapter(PeftModel.DEFAULT_ADAPTER)
                                .trainable()
                                .iterator()
                                .next()
                                .getArray();
                Tensors.assertClose(
                        updates.get(1).sub(before),
                        updates.get(0).sub(before),
                        1e-4,
                        "the update of the prompt");
            }
        }
    }

    private static PeftModel trainable(TransformerModel base) throws IOException {
        return PeftModels.fromPretrained(
                base,
                Folders.resource("reports/accumulation-prompt-tuning"),
                PeftModel.DEFAULT_ADAPTER,
                LoadAdapterOptions.builder().optTrainable(true).build());
    }

    private static TrainingResult step(PeftModel model, BatchSource rows, int size)
            throws IOException {
        TrainingArguments arguments =
                TrainingArguments.builder()
                        .optMaxSteps(1)
                        .optMaxGradNorm(0)
                        .optSchedule(LearningRateSchedule.CONSTANT)
                        .optLearningRate(10)
                        .optAdamEpsilon(1e3)
                        .optGradientAccumulationSteps(2 / size)
                        .build();
        return new PeftTrainer(model, arguments)
                .fit(
                        BatchLoader.builder(rows).optBatchSize(size).optShuffle(false).build(),
                        (BatchLoader) null);
    }

    @Test
    void leavesOutBatchesWithoutALabelThatCounts() throws IOException {
        Rows some = new Rows(true, ROWS.ids());
        Rows rest = new Rows(false, List.of(ROWS.ids().get(1)));
        try (TransformerModel base = base("llama-causal");
                PeftModel model = trainable(base)) {
            assertThat(loss(model, some, 1))
                    .isCloseTo(loss(model, rest, 1), Percentage.withPercentage(1e-3));
            TrainingResult trained =
                    new PeftTrainer(model, TrainingArguments.builder().optMaxSteps(2).build())
                            .fit(
                                    BatchLoader.builder(some)
                                            .optBatchSize(1)
                                            .optShuffle(false)
                                            .build(),
                                    (BatchLoader) null);
            assertThat(trained.steps()).isEqualTo(2);
            assertThat(trained.finalLoss()).isPositive();
        }
    }
}
