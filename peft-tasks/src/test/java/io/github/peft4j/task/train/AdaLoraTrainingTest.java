package io.github.peft4j.task.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.loss.SoftmaxCrossEntropyLoss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.TranslateException;
import io.github.peft4j.AdapterStepListener;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.PenalizedLoss;
import io.github.peft4j.adapter.StepAware;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.config.TrainingArgumentsBuilder;
import io.github.peft4j.task.train.report.StepReport;
import io.github.peft4j.task.train.report.TrainerListener;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.tuner.adalora.AdaLoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** AdaLoRA takes ranks away by itself: four layers of rank 6, of which 8 ranks are left. */
class AdaLoraTrainingTest {

    private static final ToyTokens EXAMPLES = ToyTokens.of(24, 1, 8, 8);
    private static final Shape[] SHAPES = {new Shape(8, 8), new Shape(8, 8)};
    private static final int STEPS = 9;

    @TempDir private Path directory;
    private TransformerModel base;

    @BeforeEach
    void load() throws IOException {
        base = ToyModels.base();
    }

    @AfterEach
    void close() {
        base.close();
    }

    private PeftModel adalora(int seed) {
        Engine.getEngine("PyTorch").setRandomSeed(seed);
        return PeftModels.getPeftModel(
                base.block(),
                AdaLoraConfig.builder()
                        .optTaskType(TaskType.SEQ_CLS)
                        .optInitR(6)
                        .optTargetR(2)
                        .optTinit(1)
                        .optTfinal(2)
                        .setTotalStep(STEPS)
                        .build());
    }

    private static long ranksLeft(PeftModel model) {
        return model.adapter("default").tensors().entrySet().stream()
                .filter(entry -> entry.getKey().endsWith("lora_E"))
                .mapToLong(
                        entry -> {
                            int left = 0;
                            for (float e : entry.getValue().getArray().toFloatArray()) {
                                left += e == 0 ? 0 : 1;
                            }
                            return left;
                        })
                .sum();
    }

    private static long ranksSaved(PeftModel model, Path folder) throws IOException {
        model.savePretrained(folder);
        AdaLoraConfig saved = (AdaLoraConfig) PeftConfig.fromPretrained(folder);
        return saved.rankPattern().orElseThrow().values().stream()
                .flatMap(Collection::stream)
                .filter(left -> left)
                .count();
    }

    private TrainingArgumentsBuilder arguments(String folder) {
        return TrainingArguments.builder()
                .optLearningRate(5e-3)
                .optEpochs(3)
                .optPerDeviceTrainBatchSize(8)
                .optSaveSteps(2)
                .optOutputDir(directory.resolve(folder));
    }

    @Test
    void theTrainerTakesRanksAway() throws IOException {
        try (PeftModel model = adalora(1)) {
            List<Long> left = new ArrayList<>();
            PeftTrainer.builder(model, arguments("out").build())
                    .addListener(
                            new TrainerListener() {
                                @Override
                                public void onStep(StepReport report) {
                                    left.add(ranksLeft(model));
                                }
                            })
                    .build()
                    .fit(EXAMPLES, null);

            // 16 (1 - (t - 1) / 6)^3 + 8 after step t, from step 2 on
            assertThat(left).containsExactly(24L, 24L, 17L, 12L, 10L, 8L, 8L, 8L, 8L);
            assertThat(ranksSaved(model, directory.resolve("saved"))).isEqualTo(8);
        }
    }

    private static final class KilledException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private List<Double> train(PeftModel model, TrainingArguments arguments, long killedAfter)
            throws IOException {
        List<Double> losses = new ArrayList<>();
        PeftTrainer.builder(model, arguments)
                .addListener(
                        new TrainerListener() {
                            @Override
                            public void onStep(StepReport report) {
                                losses.add(report.loss());
                                if (report.step() == killedAfter) {
                                    throw new KilledException();
                                }
                            }
                        })
                .build()
                .fit(EXAMPLES, null);
        return losses;
    }

    /** Killed while ranks are chosen, and after. */
    @Test
    void goesOnToTheSameBits() throws IOException {
        List<Double> straight;
        Map<String, byte[]> expected;
        try (PeftModel model = adalora(1)) {
            straight = train(model, arguments("straight").build(), -1);
            expected = ToyModels.bytes(model.adapter("default").trainingState());
        }
        for (long killedAfter : new long[] {5, 8}) {
            String folder = "killed-" + killedAfter;
            try (PeftModel model = adalora(1)) {
                assertThatThrownBy(() -> train(model, arguments(folder).build(), killedAfter))
                        .isInstanceOf(KilledException.class);
            }
            TrainingArguments again = arguments(folder).optResumeFromCheckpoint(true).build();
            try (PeftModel model = adalora(1)) {
                List<Double> rest = train(model, again, -1);

                int made = (int) (killedAfter - 1) / 2 * 2;
                assertThat(rest).isEqualTo(straight.subList(made, STEPS));
                Map<String, byte[]> state =
                        ToyModels.bytes(model.adapter("default").trainingState());
                assertThat(ToyModels.same(state, expected)).isTrue();
                assertThat(ranksSaved(model, directory.resolve(folder + "-saved"))).isEqualTo(8);
            }
        }
    }

    private static NDArray array(ModelInput input, String name) {
        return Objects.requireNonNull(input.get(name), name);
    }

    private static RandomAccessDataset dataset(NDManager manager) {
        int[] all = new int[EXAMPLES.size()];
        Arrays.setAll(all, i -> i);
        ModelInput input = EXAMPLES.batch(all).toInput(manager);
        return new ArrayDataset.Builder()
                .setData(
                        array(input, ModelInput.INPUT_IDS), array(input, ModelInput.ATTENTION_MASK))
                .optLabels(array(input, ModelInput.LABELS))
                .setSampling(8, false)
                .build();
    }

    private static DefaultTrainingConfig config(PeftModel peft, TrainingListener... listeners) {
        return new DefaultTrainingConfig(new PenalizedLoss(peft, new SoftmaxCrossEntropyLoss()))
                .optDevices(new Device[] {Device.cpu()})
                .optOptimizer(Optimizer.adam().optLearningRateTracker(Tracker.fixed(1e-2f)).build())
                .addTrainingListeners(listeners);
    }

    /** What a trainer would do that calls adapters at the right moments. */
    private static void trainByHand(Trainer trainer, PeftModel peft, NDManager manager)
            throws IOException, TranslateException {
        long step = 0;
        for (int epoch = 0; epoch < 3; epoch++) {
            for (Batch batch : trainer.iterateDataset(dataset(manager))) {
                try (GradientCollector collector = trainer.newGradientCollector()) {
                    NDList predictions = trainer.forward(batch.getData(), batch.getLabels());
                    collector.backward(trainer.getLoss().evaluate(batch.getLabels(), predictions));
                }
                for (StepAware adapter : peft.adapter("default").stepAware()) {
                    adapter.beforeStep(step);
                }
                trainer.step();
                for (StepAware adapter : peft.adapter("default").stepAware()) {
                    adapter.afterStep(step);
                }
                step++;
                batch.close();
            }
        }
    }

    @Test
    void easyTrainTakesRanksAwayBeforeTheNextPass() throws IOException, TranslateException {
        Map<String, byte[]> expected;
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                PeftModel peft = adalora(1);
                Model model = Model.newInstance("adapter", "PyTorch")) {
            model.setBlock(peft);
            try (Trainer trainer = model.newTrainer(config(peft))) {
                trainer.initialize(SHAPES);
                trainByHand(trainer, peft, manager);
            }
            expected = ToyModels.bytes(peft.adapter("default").trainingState());
            assertThat(ranksLeft(peft)).isEqualTo(8);
        }
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                PeftModel peft = adalora(1);
                Model model = Model.newInstance("adapter", "PyTorch")) {
            model.setBlock(peft);
            try (Trainer trainer = model.newTrainer(config(peft, new AdapterStepListener(peft)))) {
                trainer.initialize(SHAPES);
                EasyTrain.fit(trainer, 3, dataset(manager), null);
            }

            Map<String, byte[]> state = ToyModels.bytes(peft.adapter("default").trainingState());
            assertThat(ToyModels.same(state, expected)).isTrue();
            assertThat(ranksSaved(peft, directory.resolve("easy"))).isEqualTo(8);
        }
    }

    @Test
    void addsTheOrthogonalTermToALossOfDjls() throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                PeftModel peft = adalora(1)) {
            ModelInput input = EXAMPLES.batch(0, 1, 2).toInput(manager);
            NDArray own = peft.forward(input).loss();
            NDList logits = new NDList(peft.forward(input).logits());
            NDList labels = new NDList(array(input, ModelInput.LABELS));
            SoftmaxCrossEntropyLoss plain = new SoftmaxCrossEntropyLoss();

            float penalized = new PenalizedLoss(peft, plain).evaluate(labels, logits).getFloat();

            assertThat(penalized).isCloseTo(own.getFloat(), within(1e-5f));
            assertThat(penalized).isGreaterThan(plain.evaluate(labels, logits).getFloat() + 0.5f);
        }
    }
}
