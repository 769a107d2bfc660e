package io.github.peft4j.task.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.TrainingConfig;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.listener.TrainingListenerAdapter;
import ai.djl.training.loss.SoftmaxCrossEntropyLoss;
import ai.djl.training.optimizer.Adam;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.TranslateException;
import io.github.peft4j.PeftModel;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training with nothing but DJL: a {@code Model}, its {@code Trainer} and {@code EasyTrain}. */
class PlainDjlTrainingTest {

    private static final ToyTokens EXAMPLES = ToyTokens.of(24, 1, 8, 8);
    private static final Shape[] SHAPES = {new Shape(8, 8), new Shape(8, 8)};

    @TempDir private Path directory;
    private NDManager manager;
    private TransformerModel base;
    private PeftModel peft;
    private Model model;

    @BeforeEach
    void load() throws IOException {
        manager = NDManager.newBaseManager("PyTorch");
        base = ToyModels.base();
        peft = ToyModels.lora(base);
        model = Model.newInstance("adapter", "PyTorch");
        model.setBlock(peft);
    }

    @AfterEach
    void close() {
        model.close();
        peft.close();
        base.close();
        manager.close();
    }

    private RandomAccessDataset dataset() {
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

    private static NDArray array(ModelInput input, String name) {
        return Objects.requireNonNull(input.get(name), name);
    }

    private static TrainingConfig config() {
        return new DefaultTrainingConfig(new SoftmaxCrossEntropyLoss())
                .optDevices(new Device[] {Device.cpu()})
                .optOptimizer(Adam.builder().optLearningRateTracker(Tracker.fixed(1e-2f)).build());
    }

    private void fit(Trainer trainer, int epochs) throws IOException, TranslateException {
        EasyTrain.fit(trainer, epochs, dataset(), null);
    }

    private double loss() {
        PeftTrainer evaluator = new PeftTrainer(peft, TrainingArguments.builder().build());
        return evaluator.evaluate(EXAMPLES).getOrDefault("loss", Double.NaN);
    }

    @Test
    void easyTrainTrainsTheAdapterAndNothingElse() throws IOException, TranslateException {
        Map<String, byte[]> before = ToyModels.bytes(base.parameters());
        double untrained = loss();

        try (Trainer trainer = model.newTrainer(config())) {
            trainer.initialize(SHAPES);
            fit(trainer, 8);
        }

        assertThat(loss()).isLessThan(untrained / 2);
        assertThat(ToyModels.same(before, ToyModels.bytes(base.parameters()))).isTrue();
        assertThat(base.parameters().values()).noneMatch(Parameter::requiresGradient);
        assertThat(model.getBlock().getParameters().keys())
                .containsExactlyElementsOf(peft.adapter("default").tensors().keySet());
    }

    @Test
    void savesTheAdapterAloneAndLoadsItAgain()
            throws IOException, TranslateException, MalformedModelException {
        try (Trainer trainer = model.newTrainer(config())) {
            trainer.initialize(SHAPES);
            fit(trainer, 1);
        }
        double trained = loss();
        Map<String, byte[]> tensors = ToyModels.bytes(peft.trainableTensors());

        model.save(directory, "adapter");

        long numbers = peft.trainableParameters().trainable();
        assertThat(Files.size(directory.resolve("adapter-0000.params")))
                .isBetween(4 * numbers, 4 * numbers + 4000);
        try (PeftModel fresh = ToyModels.lora(base, 99, 0);
                Model again = Model.newInstance("adapter", "PyTorch")) {
            again.setBlock(fresh);
            again.load(directory);
            assertThat(ToyModels.same(tensors, ToyModels.bytes(fresh.trainableTensors()))).isTrue();
        }
        assertThat(loss()).isEqualTo(trained);
    }

    /** DJL unfreezes everything after a load; a PeftModel lets only its active adapters be. */
    @Test
    void aTrainerAfterLoadTrainsTheActiveAdapterOnly()
            throws IOException, TranslateException, MalformedModelException {
        peft.addAdapter("other", LoraConfig.builder().optTaskType(TaskType.SEQ_CLS).build());
        model.save(directory, "adapter");
        model.load(directory);
        Map<String, byte[]> other = ToyModels.bytes(peft.adapter("other").tensors());

        try (Trainer trainer = model.newTrainer(config())) {
            trainer.initialize(SHAPES);
            assertThat(peft.adapter("other").tensors().values())
                    .noneMatch(Parameter::requiresGradient);
            assertThat(peft.trainableTensors().values()).allMatch(p -> p.getArray().hasGradient());
            double before = loss();
            fit(trainer, 2);
            assertThat(loss()).isLessThan(before);
        }

        assertThat(ToyModels.same(other, ToyModels.bytes(peft.adapter("other").tensors())))
                .isTrue();
    }

    @Test
    void aTrainerLearnsOfAdaptersThatCameAfterIt() throws IOException, TranslateException {
        try (Trainer trainer = model.newTrainer(config())) {
            trainer.initialize(SHAPES);
            fit(trainer, 1);
            Map<String, byte[]> first = ToyModels.bytes(peft.adapter("default").tensors());
            peft.addAdapter("late", LoraConfig.builder().optTaskType(TaskType.SEQ_CLS).build());
            peft.setAdapter("late");
            double untrained = loss();

            fit(trainer, 8);

            assertThat(loss()).isLessThan(untrained / 2);
            assertThat(ToyModels.same(first, ToyModels.bytes(peft.adapter("default").tensors())))
                    .isTrue();
        }
    }

    private static float loss(Trainer trainer, TrainingListener.BatchData data, Device device) {
        NDList labels = Objects.requireNonNull(data.getLabels().get(device));
        NDList logits = Objects.requireNonNull(data.getPredictions().get(device));
        return trainer.getLoss().evaluate(labels, logits).getFloat();
    }

    @Test
    void computesTheLossThatTheModelItselfComputes() throws IOException, TranslateException {
        List<Float> losses = new ArrayList<>();
        DefaultTrainingConfig config =
                new DefaultTrainingConfig(new SoftmaxCrossEntropyLoss())
                        .optDevices(new Device[] {Device.cpu()})
                        .optOptimizer(
                                Adam.builder().optLearningRateTracker(Tracker.fixed(0)).build())
                        .addTrainingListeners(
                                new TrainingListenerAdapter() {
                                    @Override
                                    public void onTrainingBatch(Trainer trainer, BatchData data) {
                                        data.getPredictions()
                                                .forEach(
                                                        (device, list) ->
                                                                losses.add(
                                                                        loss(
                                                                                trainer, data,
                                                                                device)));
                                    }
                                });

        try (Trainer trainer = model.newTrainer(config)) {
            trainer.initialize(SHAPES);
            fit(trainer, 1);
        }

        assertThat(losses).hasSize(3);
        double mean = (losses.get(0) + losses.get(1) + losses.get(2)) / 3;
        assertThat(mean).isCloseTo(loss(), within(1e-6));
    }
}
