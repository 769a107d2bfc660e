package io.github.peft4j.task.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.task.data.BatchLoader;
import io.github.peft4j.task.train.config.LearningRateSchedule;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.optim.ParameterGroup;
import io.github.peft4j.task.train.report.StepReport;
import io.github.peft4j.task.train.report.TrainerListener;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.TransformerModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a team that trains must be able to rely on, each with a control that shows it can fail. */
class TrainingGuaranteesTest {

    private static final String ADAPTER = "adapters/lora-seqcls-bert";
    private static final ToyTokens TRAIN = ToyTokens.of(16, 1);

    private TransformerModel base;

    @BeforeEach
    void load() throws IOException {
        base = ToyModels.base();
    }

    @AfterEach
    void close() {
        base.close();
    }

    private PeftModel golden() throws IOException {
        return PeftModels.fromPretrained(
                base,
                Golden.path(ADAPTER),
                "default",
                LoadAdapterOptions.builder().optTrainable(true).build());
    }

    private static void collectGarbage() {
        List<byte[]> garbage = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            garbage.add(new byte[1 << 16]);
        }
        garbage.clear();
        System.gc();
    }

    @Test
    void gradientsAreRightWithAGarbageCollectionBeforeTheBackwardPass() throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                PeftModel model = golden();
                Gradients on = Gradients.on()) {
            Map<String, NDArray> expected =
                    Golden.tensors(manager, ADAPTER + "/expected.safetensors", "grad.");
            ModelInput input =
                    ModelInput.of(
                            Golden.tensors(manager, ADAPTER + "/expected.safetensors", "in."));
            NDArray loss = model.forward(input, model.newStore(), true).loss();
            collectGarbage();
            collectGarbage();
            Gradients.backward(loss);

            assertThat(expected.keySet()).isEqualTo(model.trainableTensors().keySet());
            expected.forEach(
                    (name, theirs) -> {
                        Parameter parameter =
                                Objects.requireNonNull(model.trainableTensors().get(name), name);
                        try (NDArray ours = parameter.getArray().getGradient()) {
                            Tensors.assertClose(ours, theirs, Tensors.GRADIENT, name);
                        }
                    });
        }
    }

    /** DJL's own {@code mul(Number)}, which the layers therefore do not use. */
    @Test
    void aStockScalarProductLosesItsGradientToTheGarbageCollection() {
        int wrong = 0;
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                Gradients on = Gradients.on()) {
            for (int i = 0; i < 40 && wrong == 0; i++) {
                NDArray x = manager.ones(new Shape(4));
                x.setRequiresGradient(true);
                NDArray loss = x.mul(3f).sum();
                collectGarbage();
                List<NDArray> others = new ArrayList<>(); // take the freed memory over
                for (int j = 0; j < 200; j++) {
                    others.add(manager.create((float) -j));
                }
                Gradients.backward(loss);
                wrong += x.getGradient().getFloat(0) == 3f ? 0 : 1;
            }
        }
        assertThat(wrong).isPositive();
    }

    @Test
    void theBaseStaysAsItWasBitForBit() throws IOException {
        Map<String, byte[]> before = ToyModels.bytes(base.parameters());
        TrainingArguments arguments =
                TrainingArguments.builder().optLearningRate(1e-2).optWeightDecay(0.1).build();

        try (PeftModel model = ToyModels.lora(base)) {
            Map<String, byte[]> adapter = ToyModels.bytes(model.trainableTensors());
            new PeftTrainer(model, arguments).fit(TRAIN, TRAIN);
            assertThat(ToyModels.same(adapter, ToyModels.bytes(model.trainableTensors())))
                    .as("the adapter did move")
                    .isFalse();
            assertThat(ToyModels.same(before, ToyModels.bytes(base.parameters()))).isTrue();
            try (MergedModel merged = model.mergeAndUnload()) {
                assertThat(ToyModels.same(before, ToyModels.bytes(merged.parameters())))
                        .as("the merged weights did move")
                        .isFalse();
            }
        }

        assertThat(ToyModels.same(before, ToyModels.bytes(base.parameters()))).isTrue();
    }

    /** Open arrays after steps 10 and 200, with a listener that may leak. */
    private ImmutableList<Integer> arraysAfterSteps(int steps, TrainerListener listener)
            throws IOException {
        TrainingArguments arguments =
                TrainingArguments.builder()
                        .optMaxSteps(steps)
                        .optEvalSteps(10)
                        .optGradientAccumulationSteps(2)
                        .build();
        ImmutableList.Builder<Integer> counts = ImmutableList.builder();
        BatchLoader batches = BatchLoader.builder(ToyTokens.of(8, 1, 4, 6)).optBatchSize(2).build();
        try (PeftModel model = ToyModels.lora(base, 1, 0.1)) {
            PeftTrainer.builder(model, arguments)
                    .addListener(listener)
                    .addListener(
                            new TrainerListener() {
                                @Override
                                public void onStep(StepReport report) {
                                    if (report.step() == 10 || report.step() == 200) {
                                        counts.add(LiveArrays.count());
                                    }
                                }
                            })
                    .build()
                    .fit(batches, batches);
        }
        return counts.build();
    }

    @Test
    void twoHundredStepsLeaveNoArrayBehind() throws IOException {
        arraysAfterSteps(10, new TrainerListener() {}); // each operator keeps its name once called
        int before = LiveArrays.count();

        ImmutableList<Integer> counts = arraysAfterSteps(200, new TrainerListener() {});

        assertThat(counts).hasSize(2);
        assertThat(counts.get(1)).isEqualTo(counts.get(0));
        assertThat(LiveArrays.count()).as("after the model was closed").isEqualTo(before);
    }

    @Test
    void anArrayLeftBehindAtEachStepIsSeen() throws IOException {
        NDManager forgetful = base.parameters().values().iterator().next().getArray().getManager();

        ImmutableList<Integer> counts =
                arraysAfterSteps(
                        200,
                        new TrainerListener() {
                            @Override
                            public void onStep(StepReport report) {
                                NDArray forgotten = forgetful.zeros(new Shape(1));
                                assertThat(forgotten.getManager()).isSameAs(forgetful);
                            }
                        });

        assertThat(counts.get(1) - counts.get(0)).isEqualTo(190);
    }

    @Test
    void twoThreadsWithTwoAdaptersOnOneBaseAnswerAsOneAfterTheOther() throws Exception {
        try (PeftModel first = golden();
                PeftModel second = ToyModels.lora(base, 5, 0)) {
            TrainingArguments arguments =
                    TrainingArguments.builder().optLearningRate(1e-2).optMaxSteps(3).build();
            new PeftTrainer(second, arguments).fit(TRAIN, null);
            List<byte[]> expected = List.of(answer(first), answer(second));
            assertThat(expected.get(0)).isNotEqualTo(expected.get(1));

            ExecutorService threads = Executors.newFixedThreadPool(2);
            try {
                List<Future<byte[]>> answers = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    PeftModel model = i % 2 == 0 ? first : second;
                    answers.add(threads.submit(() -> answer(model)));
                }
                for (int i = 0; i < 20; i++) {
                    assertThat(answers.get(i).get()).isEqualTo(expected.get(i % 2));
                }
            } finally {
                threads.shutdownNow();
            }
        }
    }

    private static byte[] answer(PeftModel model) {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            ModelInput input = TRAIN.batch(0, 1, 2, 3, 4, 5, 6, 7).toInput(manager);
            return Tensors.bytes(model.forward(input).logits());
        }
    }

    @Test
    void stepsOfTheTrainerAreThoseOfTorch() throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                PeftModel model = golden()) {
            String file = ADAPTER + "/expected.safetensors";
            Map<String, NDArray> expected = Golden.tensors(manager, file, "adamw.");
            double rate = Golden.json(ADAPTER + "/case.json").get("adamw_lr").getAsDouble();
            TrainingArguments arguments =
                    TrainingArguments.builder()
                            .optLearningRate(rate)
                            .optSchedule(LearningRateSchedule.CONSTANT)
                            .optMaxSteps(4)
                            .optMaxGradNorm(0)
                            .build();
            List<Double> losses = new ArrayList<>();
            PeftTrainer trainer =
                    PeftTrainer.builder(model, arguments)
                            .optParameterGrouping(
                                    all -> ImmutableList.of(new ParameterGroup(all, 0.01, 1)))
                            .addListener(
                                    new TrainerListener() {
                                        @Override
                                        public void onStep(StepReport report) {
                                            losses.add(report.loss());
                                        }
                                    })
                            .build();

            trainer.fit(new OneBatch(Golden.tensors(manager, file, "in.")), null);

            NDArray ours =
                    manager.create(
                            new float[] {
                                losses.get(0).floatValue(),
                                losses.get(1).floatValue(),
                                losses.get(2).floatValue(),
                                losses.get(3).floatValue()
                            });
            Tensors.assertClose(
                    ours, Objects.requireNonNull(expected.get("losses")), 1e-5, "losses");
            Map<String, Parameter> trained = model.trainableTensors();
            trained.forEach(
                    (name, p) ->
                            Tensors.assertClose(
                                    p.getArray(),
                                    Objects.requireNonNull(expected.get("param." + name), name),
                                    Tensors.GRADIENT,
                                    name));
        }
    }
}
