package io.github.peft4j.task.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableIntArray;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.data.BatchSource;
import io.github.peft4j.task.data.HostArray;
import io.github.peft4j.task.data.TokenBatch;
import io.github.peft4j.task.metric.Accuracy;
import io.github.peft4j.task.train.PeftTrainer;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.config.TrainingArgumentsBuilder;
import io.github.peft4j.task.train.report.StepReport;
import io.github.peft4j.task.train.report.TrainerListener;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.prefixtuning.PrefixTuningConfig;
import io.github.peft4j.tuner.prompttuning.PromptTuningConfig;
import io.github.peft4j.tuner.ptuning.PromptEncoderConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Training by the trainer, evaluation and the view of a DJL block. */
class PromptTrainingTest {

    private static final int LENGTH = 6;
    private static final int TAGS = 5;

    /** Rows whose class, or whose tokens' tags, follow from their tokens. */
    private record Toys(int size, boolean tags) implements BatchSource {

        @Override
        public int length(int index) {
            return LENGTH;
        }

        @Override
        public TokenBatch batch(int... indices) {
            long[] ids = new long[indices.length * LENGTH];
            long[] mask = new long[ids.length];
            long[] labels = new long[tags ? ids.length : indices.length];
            for (int i = 0; i < ids.length; i++) {
                int example = indices[i / LENGTH];
                long kind = example % 3;
                boolean last = i % LENGTH == LENGTH - 1;
                ids[i] = last ? 100 + kind : 10 + (7L * example + 3L * i) % 80;
                mask[i] = 1;
                if (tags) {
                    labels[i] = ids[i] % TAGS;
                } else {
                    labels[i / LENGTH] = kind;
                }
            }
            Shape shape = new Shape(indices.length, LENGTH);
            return new TokenBatch(
                    ImmutableMap.of(
                            ModelInput.INPUT_IDS, new HostArray.Int64(ids, shape),
                            ModelInput.ATTENTION_MASK, new HostArray.Int64(mask, shape),
                            ModelInput.LABELS,
                                    new HostArray.Int64(
                                            labels, tags ? shape : new Shape(labels.length))),
                    ImmutableIntArray.copyOf(indices));
        }
    }

    static List<PeftConfig> configs() {
        return List.of(
                PromptTuningConfig.builder()
                        .optTaskType(TaskType.SEQ_CLS)
                        .setNumVirtualTokens(4)
                        .build(),
                PromptEncoderConfig.builder()
                        .optTaskType(TaskType.SEQ_CLS)
                        .setNumVirtualTokens(4)
                        .build(),
                PrefixTuningConfig.builder()
                        .optTaskType(TaskType.SEQ_CLS)
                        .setNumVirtualTokens(4)
                        .build());
    }

    private static TransformerModel base(String name, TaskType task) throws IOException {
        return Transformers.load(Golden.path("models/" + name), task);
    }

    private static PeftModel fresh(TransformerModel base, PeftConfig config) {
        Engine.getEngine("PyTorch").setRandomSeed(1);
        return PeftModels.getPeftModel(base, config);
    }

    private static TrainingArgumentsBuilder arguments(int epochs) {
        return TrainingArguments.builder().optLearningRate(2e-2).optEpochs(epochs);
    }

    @ParameterizedTest
    @MethodSource("configs")
    void learnsAndComesBackBitForBit(PeftConfig config, @TempDir Path directory)
            throws IOException {
        Toys train = new Toys(30, false);
        try (TransformerModel base = base("llama-seqcls", TaskType.SEQ_CLS);
                PeftModel model = fresh(base, config)) {
            PeftTrainer trainer =
                    PeftTrainer.builder(model, arguments(20).build())
                            .addMetric(Accuracy::new)
                            .build();
            double before = figure(trainer.evaluate(train), "loss");

            trainer.fit(train, null);

            Map<String, Double> after = trainer.evaluate(train);
            assertThat(figure(after, "loss")).isLessThan(before / 2);
            assertThat(figure(after, "accuracy")).isGreaterThan(0.8);
            model.savePretrained(directory);
            try (PeftModel again = PeftModels.fromPretrained(base, directory)) {
                float[][] theirs =
                        PeftTrainer.builder(again, arguments(1).build()).build().predict(train);
                assertThat(theirs).isDeepEqualTo(trainer.predict(train));
            }
        }
    }

    private static double figure(Map<String, Double> figures, String name) {
        return Tensors.get(figures, name);
    }

    /** The encoder stands in no adapter file, so the checkpoint has to hold it. */
    @Test
    void resumesTheTrainingOfAnEncoderBitForBit(@TempDir Path directory) throws IOException {
        PeftConfig config = configs().get(1);
        Toys train = new Toys(24, false);
        TrainingArgumentsBuilder arguments =
                arguments(4).optSaveSteps(3).optOutputDir(directory.resolve("killed"));
        try (TransformerModel base = base("bert-seqcls", TaskType.SEQ_CLS);
                PeftModel straight = fresh(base, config);
                PeftModel killed = fresh(base, config);
                PeftModel resumed = fresh(base, config)) {
            PeftTrainer.builder(straight, arguments(4).build()).build().fit(train, null);
            assertThatThrownBy(
                            () ->
                                    PeftTrainer.builder(killed, arguments.build())
                                            .addListener(new Killer(7))
                                            .build()
                                            .fit(train, null))
                    .isInstanceOf(KilledException.class);

            PeftTrainer.builder(resumed, arguments.optResumeFromCheckpoint(true).build())
                    .build()
                    .fit(train, null);

            assertThat(resumed.trainableTensors().keySet())
                    .isEqualTo(straight.trainableTensors().keySet());
            straight.trainableTensors()
                    .forEach(
                            (key, tensor) ->
                                    assertThat(bytes(resumed, key))
                                            .as(key)
                                            .isEqualTo(Tensors.bytes(tensor.getArray())));
        }
    }

    private static byte[] bytes(PeftModel model, String key) {
        return Tensors.bytes(Tensors.get(model.trainableTensors(), key).getArray());
    }

    private record Killer(long after) implements TrainerListener {

        @Override
        public void onStep(StepReport report) {
            if (report.step() == after) {
                throw new KilledException();
            }
        }
    }

    private static final class KilledException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    @Test
    void evaluatesTokensOfTheTextAlone() throws IOException {
        Toys train = new Toys(20, true);
        PeftConfig config =
                PromptTuningConfig.builder()
                        .optTaskType(TaskType.TOKEN_CLS)
                        .setNumVirtualTokens(3)
                        .build();
        try (TransformerModel base = base("bert-tokcls", TaskType.TOKEN_CLS);
                PeftModel model = fresh(base, config);
                NDManager scope = NDManager.newBaseManager("PyTorch")) {
            PeftTrainer trainer =
                    PeftTrainer.builder(model, arguments(8).build())
                            .addMetric(Accuracy::new)
                            .build();
            double before = figure(trainer.evaluate(train), "accuracy");

            trainer.fit(train, null);

            assertThat(figure(trainer.evaluate(train), "accuracy")).isGreaterThan(before);
            assertThat(trainer.predict(train)[0]).hasSize(LENGTH * TAGS);
            ModelInput input = train.batch(0, 1).toInput(scope);
            NDArray all = model.forward(input).logits();
            NDArray block =
                    model.forward(
                                    model.newStore(),
                                    new NDList(
                                            Tensors.get(input.arrays(), ModelInput.INPUT_IDS),
                                            Tensors.get(input.arrays(), ModelInput.ATTENTION_MASK)),
                                    false)
                            .get(0);
            assertThat(all.getShape()).isEqualTo(new Shape(2, LENGTH + 3, TAGS));
            assertThat(block.toFloatArray()).isEqualTo(all.get(":, 3:").toFloatArray());
        }
    }

    @Test
    void padsLabelsOfTokensUnlessTheCallerHas() throws IOException {
        PeftConfig config =
                PromptTuningConfig.builder()
                        .optTaskType(TaskType.TOKEN_CLS)
                        .setNumVirtualTokens(2)
                        .build();
        try (TransformerModel base = base("bert-tokcls", TaskType.TOKEN_CLS);
                PeftModel model = fresh(base, config);
                NDManager scope = NDManager.newBaseManager("PyTorch")) {
            ModelInput input = new Toys(2, true).batch(0, 1).toInput(scope);
            NDArray labels = Tensors.get(input.arrays(), ModelInput.LABELS);
            long[] padded = new long[2 * (LENGTH + 2)];
            Arrays.fill(padded, -100);
            for (int row = 0; row < 2; row++) {
                System.arraycopy(
                        labels.toLongArray(), row * LENGTH, padded, row * (LENGTH + 2) + 2, LENGTH);
            }
            NDArray wide = scope.create(padded, new Shape(2, LENGTH + 2));

            assertThat(model.forward(input).loss().getFloat())
                    .isEqualTo(
                            model.forward(input.with(ModelInput.LABELS, wide)).loss().getFloat());
        }
    }

    @Test
    void refusesPrefixesOnModelsThatTakeNone() throws IOException {
        try (TransformerModel base = base("mpnet-sentence", TaskType.FEATURE_EXTRACTION);
                PeftModel model =
                        fresh(
                                base,
                                PrefixTuningConfig.builder()
                                        .optTaskType(TaskType.FEATURE_EXTRACTION)
                                        .setNumVirtualTokens(2)
                                        .build());
                NDManager scope = NDManager.newBaseManager("PyTorch")) {
            ModelInput input = new Toys(2, false).batch(0, 1).toInput(scope);

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.forward(input))
                    .withMessageContaining("take no keys and values from outside");
        }
    }
}
