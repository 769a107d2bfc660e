package io.github.peft4j.task.train.frozen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.PeftModel;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.task.data.BatchLoader;
import io.github.peft4j.task.train.PeftTrainer;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.config.TrainingArgumentsBuilder;
import io.github.peft4j.task.train.report.Evaluation;
import io.github.peft4j.task.train.report.StepReport;
import io.github.peft4j.task.train.report.TrainerListener;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Trainings that keep the frozen layers' outputs, against the same trainings without. */
class FrozenLayerTrainingTest {

    private static final int ROWS = 24;

    /** Losses, evaluations and, in the end, the adapter's bytes. */
    private static List<String> run(PeftModel model, BatchLoader train, TrainingArguments arguments)
            throws IOException {
        List<String> course = new ArrayList<>();
        BatchLoader validation =
                BatchLoader.builder(LabelledRows.of(task(train), 6, 9)).optBatchSize(4).build();
        PeftTrainer.builder(model, arguments)
                .addListener(
                        new TrainerListener() {
                            @Override
                            public void onStep(StepReport report) {
                                course.add(report.loss() + " " + report.gradientNorm());
                            }

                            @Override
                            public void onEvaluate(Evaluation evaluation) {
                                course.add(evaluation.figures().toString());
                            }
                        })
                .build()
                .fit(train, validation);
        course.addAll(bytes(model));
        return course;
    }

    /** The trained tensors by name, and what they hold. */
    private static List<String> bytes(PeftModel model) {
        List<String> bytes = new ArrayList<>();
        model.trainableTensors()
                .forEach(
                        (name, tensor) ->
                                bytes.add(
                                        name + Arrays.hashCode(Tensors.bytes(tensor.getArray()))));
        return bytes;
    }

    private static TaskType task(BatchLoader loader) {
        return ((LabelledRows) loader.source()).task();
    }

    private static TrainingArgumentsBuilder arguments() {
        return TrainingArguments.builder().optLearningRate(5e-3).optEpochs(3);
    }

    private static BatchLoader loader(LabelledRows rows, int bucketBatches) {
        return BatchLoader.builder(rows)
                .optBatchSize(4)
                .optShuffle(true)
                .optSeed(7)
                .optBucketBatches(bucketBatches)
                .build();
    }

    private static LoraConfig.Builder config(TaskType task) {
        return FrozenModels.config(task).optLayersToTransform(1);
    }

    private static void assertSame(
            String folder,
            BatchLoader train,
            TrainingArgumentsBuilder arguments,
            LoraConfig.Builder config)
            throws IOException {
        try (TransformerModel base = FrozenModels.base(folder, task(train))) {
            List<String> plain;
            try (PeftModel model = FrozenModels.lora(base, config)) {
                plain = run(model, train, arguments.build());
            }
            try (PeftModel model = FrozenModels.lora(base, config)) {
                assertThat(run(model, train, arguments.optFrozenLayerCacheBytes(1 << 20).build()))
                        .containsExactlyElementsOf(plain);
            }
        }
    }

    /** Each epoch has other batches, and batches mix lengths. */
    @ParameterizedTest
    @CsvSource({
        "bert-seqcls, SEQ_CLS,",
        "roberta-seqcls, SEQ_CLS,",
        "encoders/distilbert-seqcls, SEQ_CLS, q_lin v_lin",
        "encoders/electra-seqcls, SEQ_CLS,",
        "encoders/mpnet-seqcls, SEQ_CLS, q v",
        "encoders/deberta-v2-seqcls, SEQ_CLS,",
        "encoders/deberta-v2-conv, SEQ_CLS,",
        "bert-tokcls, TOKEN_CLS,",
        "gpt2-causal, CAUSAL_LM,",
        "llama-causal, CAUSAL_LM,",
        "gemma2-causal, CAUSAL_LM,",
        "gptneox-causal, CAUSAL_LM,",
        "opt-causal, CAUSAL_LM,",
        "phi3-causal, CAUSAL_LM, qkv_proj",
        "qwen2-causal, CAUSAL_LM,",
        "llama-seqcls, SEQ_CLS,",
        "bart-seq2seq, SEQ_2_SEQ_LM,",
        "t5-seq2seq, SEQ_2_SEQ_LM,",
    })
    void losesTheSameInShuffledBatches(String folder, TaskType task, @Nullable String targets)
            throws IOException {
        LoraConfig.Builder config = config(task);
        if (targets != null) {
            config.optTargetModules(targets.split(" "));
        }

        assertSame(folder, loader(LabelledRows.of(task, ROWS, 1), 1), arguments(), config);
    }

    /** Then the whole encoder is frozen. */
    @Test
    void losesTheSameWhereOnlyTheDecoderIsAdapted() throws IOException {
        LabelledRows rows = LabelledRows.of(TaskType.SEQ_2_SEQ_LM, ROWS, 1);
        LoraConfig.Builder config =
                FrozenModels.config(TaskType.SEQ_2_SEQ_LM)
                        .optTargetModulesRegex(".*decoder.layers.[01].*(q|v)_proj");

        assertSame("bart-seq2seq", loader(rows, 1), arguments(), config);
    }

    /** Then the last layer's input is kept, of which a classifier reads the first token alone. */
    @Test
    void losesTheSameWhereOnlyThePoolerIsAdapted() throws IOException {
        LabelledRows rows = LabelledRows.of(TaskType.SEQ_CLS, ROWS, 1);
        LoraConfig.Builder config =
                FrozenModels.config(TaskType.SEQ_CLS).optTargetModules("pooler.dense");

        assertSame("bert-seqcls", loader(rows, 1), arguments(), config);
    }

    @Test
    void losesTheSameInBatchesOfNearEqualLength() throws IOException {
        LabelledRows rows = LabelledRows.of(TaskType.SEQ_CLS, ROWS, 1);

        assertSame("bert-seqcls", loader(rows, 16), arguments(), config(TaskType.SEQ_CLS));
    }

    @Test
    void losesTheSameWithAccumulationAndTheAdaptersOwnDropout() throws IOException {
        LabelledRows rows = LabelledRows.of(TaskType.SEQ_CLS, ROWS, 1);
        TrainingArgumentsBuilder arguments = arguments().optGradientAccumulationSteps(3);

        assertSame(
                "bert-seqcls",
                loader(rows, 1),
                arguments,
                config(TaskType.SEQ_CLS).optLoraDropout(0.2));
    }

    @Test
    void losesTheSameWithBatchesMadeAhead() throws IOException {
        LabelledRows rows = LabelledRows.of(TaskType.SEQ_CLS, ROWS, 1);
        try (TransformerModel base = FrozenModels.base("bert-seqcls", TaskType.SEQ_CLS)) {
            List<String> plain;
            try (PeftModel model = FrozenModels.lora(base, config(TaskType.SEQ_CLS))) {
                plain = run(model, loader(rows, 1), arguments().build());
            }
            TrainingArguments ahead =
                    arguments().optBatchesAhead(2).optFrozenLayerCacheBytes(1 << 20).build();
            try (PeftModel model = FrozenModels.lora(base, config(TaskType.SEQ_CLS))) {
                assertThat(run(model, loader(rows, 1), ahead)).containsExactlyElementsOf(plain);
            }
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("peft-batches-ahead");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void removesItsFileAfterAFailureToo() throws IOException {
        List<Integer> open = new ArrayList<>();
        TrainerListener failing =
                new TrainerListener() {
                    @Override
                    public void onStep(StepReport report) {
                        open.add(openFiles());
                        throw new IllegalStateException("failed");
                    }
                };
        LabelledRows rows = LabelledRows.of(TaskType.SEQ_CLS, ROWS, 1);
        try (TransformerModel base = FrozenModels.base("bert-seqcls", TaskType.SEQ_CLS);
                PeftModel model = FrozenModels.lora(base, TaskType.SEQ_CLS, 1)) {
            PeftTrainer trainer =
                    PeftTrainer.builder(
                                    model, arguments().optFrozenLayerCacheBytes(1 << 20).build())
                            .addListener(failing)
                            .build();

            assertThatThrownBy(() -> trainer.fit(loader(rows, 1), null)).hasMessage("failed");
        }

        assertThat(open).containsExactly(1);
        assertThat(openFiles()).isZero();
    }

    /** Files of this cache that the process holds, with or without a name. */
    private static int openFiles() {
        int count = 0;
        for (File file : Objects.requireNonNull(new File("/proc/self/fd").listFiles())) {
            try {
                Path target = Files.readSymbolicLink(file.toPath());
                count += target.toString().contains("peft-frozen-layers-") ? 1 : 0;
            } catch (IOException e) {
                assertThat(file).as("that of the listing itself").doesNotExist();
            }
        }
        return count;
    }

    @Test
    void refusesBeforeAnythingIsTrained() throws IOException {
        LabelledRows rows = LabelledRows.of(TaskType.SEQ_CLS, ROWS, 1);
        try (TransformerModel base = FrozenModels.base("bert-seqcls", TaskType.SEQ_CLS);
                PeftModel model = FrozenModels.lora(base, TaskType.SEQ_CLS, 0, 1)) {
            List<String> before = bytes(model);
            PeftTrainer trainer =
                    new PeftTrainer(model, arguments().optFrozenLayerCacheBytes(1 << 20).build());

            assertThatThrownBy(() -> trainer.fit(loader(rows, 1), null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("What trains begins");

            assertThat(bytes(model)).isEqualTo(before);
        }
    }

    /** The width of a batch moves the tokens of such rows, so rows are known in equal widths. */
    @ParameterizedTest
    @CsvSource({"gpt2-causal", "llama-causal", "opt-causal"})
    void losesTheSameWithPaddingInFront(String folder) throws IOException {
        LabelledRows rows = LabelledRows.of(TaskType.CAUSAL_LM, ROWS, 1).paddedLeft();

        assertSame(folder, loader(rows, 16), arguments(), config(TaskType.CAUSAL_LM));
    }
}
