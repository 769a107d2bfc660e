package io.github.peft4j.task.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.io.SafetensorsReader;
import io.github.peft4j.task.metric.Accuracy;
import io.github.peft4j.task.train.config.IntervalStrategy;
import io.github.peft4j.task.train.config.LearningRateSchedule;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.config.TrainingArgumentsBuilder;
import io.github.peft4j.task.train.report.StepReport;
import io.github.peft4j.task.train.report.TrainerListener;
import io.github.peft4j.task.train.report.TrainingResult;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.TransformerModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResumeTest {

    private static final ToyTokens TRAIN = ToyTokens.of(40, 1);
    private static final ToyTokens VALIDATION = ToyTokens.of(10, 2);

    @TempDir private Path directory;
    private TransformerModel base;
    private final List<Double> losses = new ArrayList<>();

    @BeforeEach
    void load() throws IOException {
        base = ToyModels.base(0.1);
    }

    @AfterEach
    void close() {
        base.close();
    }

    /** 5 batches an epoch, 3 steps an epoch, 9 steps in all; a checkpoint every 2 steps. */
    private TrainingArgumentsBuilder arguments(String folder) {
        return TrainingArguments.builder()
                .optLearningRate(5e-3)
                .optEpochs(3)
                .optWarmupSteps(2)
                .optWeightDecay(0.1)
                .optGradientAccumulationSteps(2)
                .optLoggingSteps(2)
                .optSaveSteps(2)
                .optEvalSteps(3)
                .optMaxGradNorm(0.5)
                .optMetricForBestModel("accuracy")
                .optLoadBestModelAtEnd(true)
                .optOutputDir(directory.resolve(folder));
    }

    private final class Killer implements TrainerListener {
        private final long last;

        Killer(long last) {
            this.last = last;
        }

        @Override
        public void onStep(StepReport report) {
            losses.add(report.loss());
            if (report.step() == last) {
                throw new KilledException();
            }
        }
    }

    private static final class KilledException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private TrainingResult train(PeftModel model, TrainingArguments arguments, long killedAfter)
            throws IOException {
        return PeftTrainer.builder(model, arguments)
                .addMetric(Accuracy::new)
                .addListener(new Killer(killedAfter))
                .build()
                .fit(TRAIN, VALIDATION);
    }

    private void kill(TrainingArguments arguments, long after) throws IOException {
        try (PeftModel model = ToyModels.lora(base, 1, 0.2)) {
            assertThatThrownBy(() -> train(model, arguments, after))
                    .isInstanceOf(KilledException.class);
        }
    }

    private static Map<String, byte[]> file(Path file) throws IOException {
        Map<String, byte[]> tensors = new LinkedHashMap<>();
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            for (String name : reader.names()) {
                ByteBuffer buffer = reader.bytes(name);
                byte[] bytes = new byte[buffer.remaining()];
                buffer.get(bytes);
                tensors.put(name, bytes);
            }
        }
        return tensors;
    }

    /** Killed before a checkpoint is due, right after one, and in the middle of an epoch. */
    @ParameterizedTest
    @ValueSource(longs = {3, 5, 7, 8})
    void goesOnToTheSameBits(long killedAfter) throws IOException {
        TrainingResult expected;
        Map<String, byte[]> expectedTensors;
        try (PeftModel model = ToyModels.lora(base, 1, 0.2)) {
            expected = train(model, arguments("straight").build(), -1);
            expectedTensors = ToyModels.bytes(model.trainableTensors());
        }
        List<Double> straight = List.copyOf(losses);
        losses.clear();
        TrainingArguments arguments = arguments("killed").build();

        kill(arguments, killedAfter);
        int made = (int) (killedAfter - 1) / 2 * 2; // of the newest checkpoint
        losses.subList(made, losses.size()).clear();
        TrainingResult result;
        try (PeftModel model = ToyModels.lora(base, 1, 0.2)) {
            result = train(model, arguments("killed").optResumeFromCheckpoint(true).build(), -1);
            assertThat(ToyModels.same(ToyModels.bytes(model.trainableTensors()), expectedTensors))
                    .isTrue();
        }

        assertThat(straight).hasSize(9).doesNotHaveDuplicates();
        assertThat(losses).isEqualTo(straight);
        assertThat(result).isEqualTo(expected);
        for (String name : List.of("optimizer.safetensors", "adapter_model.safetensors")) {
            assertThat(
                            ToyModels.same(
                                    file(directory.resolve("killed/checkpoint-9").resolve(name)),
                                    file(directory.resolve("straight/checkpoint-9").resolve(name))))
                    .as(name)
                    .isTrue();
        }
        assertThat(directory.resolve("killed/checkpoint-9/trainer_state.json"))
                .hasSameTextualContentAs(
                        directory.resolve("straight/checkpoint-9/trainer_state.json"));
    }

    @Test
    void resumesWhatSavesAndEvaluatesOnceAnEpoch() throws IOException {
        UnaryOperator<TrainingArgumentsBuilder> byEpoch =
                builder -> builder.optSaveSteps(0).optEvalSteps(0);
        TrainingResult expected;
        try (PeftModel model = ToyModels.lora(base, 1, 0.2)) {
            expected = train(model, byEpoch.apply(arguments("straight")).build(), -1);
        }
        kill(byEpoch.apply(arguments("killed")).build(), 5);

        TrainingArguments again =
                byEpoch.apply(arguments("killed")).optResumeFromCheckpoint(true).build();
        try (PeftModel model = ToyModels.lora(base, 1, 0.2)) {
            TrainingResult result = train(model, again, -1);

            assertThat(result).isEqualTo(expected);
            assertThat(result.history())
                    .filteredOn(e -> e.figures().containsKey("eval_loss"))
                    .hasSize(3);
        }
        try (PeftModel model = ToyModels.lora(base, 1, 0.2)) {
            assertThat(train(model, again, 1)).as("a training that is done").isEqualTo(expected);
        }
    }

    @Test
    void neitherEvaluatesNorSavesIfToldSo() throws IOException {
        TrainingArguments never =
                arguments("never")
                        .optEvalStrategy(IntervalStrategy.NO)
                        .optSaveStrategy(IntervalStrategy.NO)
                        .optLoadBestModelAtEnd(false)
                        .build();

        try (PeftModel model = ToyModels.lora(base, 1, 0.2)) {
            TrainingResult result = train(model, never, -1);

            assertThat(result.steps()).isEqualTo(9);
            assertThat(result.bestStep()).isEmpty();
            assertThat(result.history())
                    .noneMatch(entry -> entry.figures().containsKey("eval_loss"));
        }
        assertThat(directory.resolve("never")).doesNotExist();
    }

    /** Other start values make another training, and other weights below it as well. */
    @Test
    void refusesTheCheckpointOfAnotherTraining() throws IOException {
        kill(arguments("out").build(), 3);
        TrainingArguments again = arguments("out").optResumeFromCheckpoint(true).build();

        try (PeftModel model = ToyModels.lora(base, 99, 0.2)) {
            assertThatThrownBy(() -> train(model, again, -1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("checkpoint-2 was written by another training")
                    .hasMessageContaining("start values was sha256:");
        }
        Path other = Files.createDirectory(directory.resolve("other"));
        for (String name : List.of("config.json", "model.safetensors")) {
            Files.copy(Golden.path("models/bert-seqcls").resolve(name), other.resolve(name));
        }
        byte[] weights = Files.readAllBytes(other.resolve("model.safetensors"));
        weights[weights.length - 1] ^= 1;
        Files.write(other.resolve("model.safetensors"), weights);
        try (TransformerModel changed = ToyModels.base(other, 0.1);
                PeftModel model = ToyModels.lora(changed, 1, 0.2)) {
            assertThatThrownBy(() -> train(model, again, -1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("weights of the base was");
        }
    }

    @Test
    void refusesAFolderThatAnotherTrainingUsed() throws IOException {
        kill(arguments("out").build(), 5);

        try (PeftModel model = ToyModels.lora(base, 1, 0.2)) {
            assertThatThrownBy(() -> train(model, arguments("out").build(), -1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(directory.resolve("out").toString())
                    .hasMessageContaining("such as checkpoint-4")
                    .hasMessageContaining("optResumeFromCheckpoint(true)")
                    .hasMessageContaining("optOverwriteOutputDir(true)");
        }
        assertThat(directory.resolve("out/checkpoint-4")).exists();
    }

    /** A shorter training into the folder of a longer one keeps its own checkpoints. */
    @Test
    void overwritesAnEarlierTrainingWithItsFirstCheckpoint() throws IOException {
        try (PeftModel model = ToyModels.lora(base, 1, 0.2)) {
            train(model, arguments("out").build(), -1);
        }
        TrainingArguments over =
                arguments("out")
                        .optLearningRate(1e-3)
                        .optSaveTotalLimit(2)
                        .optOverwriteOutputDir(true)
                        .build();
        kill(over, 1);
        assertThat(directory.resolve("out/checkpoint-9")).exists();

        kill(over, 5);

        assertThat(directory.resolve("out"))
                .isDirectoryContaining("glob:**/checkpoint-2")
                .isDirectoryContaining("glob:**/checkpoint-4");
        assertThat(directory.resolve("out/checkpoint-9")).doesNotExist();
        TrainingArguments on =
                over.toBuilder().optOverwriteOutputDir(false).optResumeFromCheckpoint(true).build();
        try (PeftModel model = ToyModels.lora(base, 1, 0.2)) {
            assertThat(train(model, on, -1).steps()).isEqualTo(9);
        }
    }

    @Test
    void savesTheAdapterInPeftsOwnFormat() throws IOException {
        kill(arguments("out").build(), 3);

        assertThat(directory.resolve("out/checkpoint-2"))
                .isDirectoryContaining("glob:**/adapter_config.json")
                .isDirectoryContaining("glob:**/adapter_model.safetensors");
        try (SafetensorsReader moments =
                        SafetensorsReader.open(
                                directory.resolve("out/checkpoint-2/optimizer.safetensors"));
                SafetensorsReader adapter =
                        SafetensorsReader.open(
                                directory.resolve("out/checkpoint-2/adapter_model.safetensors"))) {
            assertThat(moments.names()).hasSize(2 * adapter.names().size());
        }
    }

    @Test
    void refusesOtherArgumentsAndDataAndNamesWhatDiffers() throws IOException {
        kill(arguments("out").build(), 3);
        Map<String, TrainingArgumentsBuilder> changed =
                ImmutableMap.of(
                        "learning_rate was 0.005, is 0.006",
                        arguments("out").optLearningRate(6e-3),
                        "eval_steps was 3, is none",
                        arguments("out")
                                .optEvalStrategy(IntervalStrategy.NO)
                                .optLoadBestModelAtEnd(false),
                        "total_steps was 9, is 12",
                        arguments("out").optEpochs(4),
                        "lr_scheduler was",
                        arguments("out").optSchedule(LearningRateSchedule.COSINE),
                        "train.seed was 42, is 7",
                        arguments("out").optDataSeed(7));

        changed.forEach(
                (text, builder) -> {
                    TrainingArguments arguments = builder.optResumeFromCheckpoint(true).build();
                    try (PeftModel model = ToyModels.lora(base, 1, 0.2)) {
                        assertThatIllegalArgumentException()
                                .isThrownBy(() -> train(model, arguments, -1))
                                .withMessageContaining(text)
                                .withMessageContaining("checkpoint-2 was written by another");
                    }
                });
        TrainingArguments same = arguments("out").optResumeFromCheckpoint(true).build();
        try (PeftModel model = ToyModels.lora(base, 1, 0.2)) {
            Map<String, byte[]> before = ToyModels.bytes(model.trainableTensors());
            PeftTrainer trainer = PeftTrainer.builder(model, same).addMetric(Accuracy::new).build();

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> trainer.fit(TRAIN.withOtherToken(), VALIDATION))
                    .withMessageContaining("train.content was");
            assertThat(ToyModels.same(before, ToyModels.bytes(model.trainableTensors()))).isTrue();
        }
        try (PeftModel model = ToyModels.lora(base, 1, 0.3)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> train(model, same, -1))
                    .withMessageContaining("adapter.default.lora_dropout was 0.2, is 0.3");
        }
    }

    @Test
    void refusesToResumeFromNothing() {
        TrainingArguments arguments = arguments("none").optResumeFromCheckpoint(true).build();
        try (PeftModel model = ToyModels.lora(base, 1, 0.2)) {
            assertThatThrownBy(() -> train(model, arguments, -1))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("There is no complete checkpoint in");
        }
    }

    @Test
    void namesABrokenStateAndTheCure() throws IOException {
        kill(arguments("out").build(), 3);
        Path state = directory.resolve("out/checkpoint-2/trainer_state.json");
        Files.writeString(state, Files.readString(state).substring(0, 100));
        TrainingArguments arguments = arguments("out").optResumeFromCheckpoint(true).build();

        try (PeftModel model = ToyModels.lora(base, 1, 0.2)) {
            assertThatThrownBy(() -> train(model, arguments, -1))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("is not the state of a training")
                    .hasMessageContaining("Delete");
        }
    }
}
