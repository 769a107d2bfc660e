package io.github.peft4j.tuner.adalora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.StepAware;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.io.checkpoint.Checkpoint;
import io.github.peft4j.ops.TensorOps;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.testkit.ToyModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two layers of rank 3, of which two ranks are left after step 2. */
class RankAllocatorTest {

    private static final String UP = "base_model.model.up.";
    private static final String DOWN = "base_model.model.down.";
    private static final LoadAdapterOptions TRAINABLE =
            LoadAdapterOptions.builder().optTrainable(true).build();

    @TempDir private Path folder;
    private final ToyModel toy = ToyModel.ours();
    private final PeftModel model = adalora(config());

    private static AdaLoraConfig config() {
        return AdaLoraConfig.builder()
                .optTargetModules("up", "down")
                .optInitR(3)
                .optTargetR(1)
                .optTfinal(2)
                .setTotalStep(4)
                .optBeta1(0.5)
                .optBeta2(0.75)
                .build();
    }

    private PeftModel adalora(PeftConfig config) {
        PeftModel made = PeftModels.getPeftModel(toy.base().block(), config);
        try (NDManager scratch = NDManager.newBaseManager("PyTorch")) {
            made.adapter("default")
                    .trainable()
                    .forEach(p -> Tensors.fill(p, scratch.randomNormal(p.getShape()), 0.5));
        }
        return made;
    }

    @AfterEach
    void close() {
        model.close();
        toy.close();
    }

    private static float[] numbers(AdapterSet set, String key) {
        return Tensors.get(set.tensors(), key).getArray().toFloatArray();
    }

    /** Pretends that each number of E has this gradient and A and B none. */
    private static void step(PeftModel peft, long step, double[] up, double[] down) {
        AdapterSet set = peft.adapter("default");
        for (Parameter parameter : set.trainable()) {
            Gradients.zero(parameter.getArray());
        }
        gradient(Tensors.get(set.tensors(), UP + "lora_E"), up);
        gradient(Tensors.get(set.tensors(), DOWN + "lora_E"), down);
        for (StepAware aware : set.stepAware()) {
            aware.beforeStep(step);
            // Trainers clear gradients with the step; nothing may read them after it.
            set.trainable().forEach(p -> Gradients.zero(p.getArray()));
            aware.afterStep(step);
        }
    }

    private static void gradient(Parameter parameter, double[] numbers) {
        try (NDManager scratch = NDManager.newBaseManager("PyTorch");
                Gradients on = Gradients.on()) {
            NDArray wanted = Tensors.of(scratch, parameter.getArray().getShape(), numbers);
            NDArray alias = parameter.getArray().reshape(parameter.getArray().getShape());
            alias.attach(scratch);
            Gradients.backward(wanted.mul(alias).sum());
        }
    }

    private static void set(PeftModel peft, String key, double... numbers) {
        Parameter parameter = Tensors.get(peft.adapter("default").tensors(), key);
        try (NDManager scratch = NDManager.newBaseManager("PyTorch");
                Gradients off = Gradients.off()) {
            NDArray array = Tensors.of(scratch, parameter.getArray().getShape(), numbers);
            TensorOps.copy(parameter.getArray(), array);
        }
    }

    /** Steps 0 to 2: all six ranks, then (6 - 2) / 8 + 2 = 2, then 2. */
    private void prune() {
        set(model, UP + "lora_E", 1, 2, 3);
        set(model, DOWN + "lora_E", 1, 1, -4);
        step(model, 0, new double[] {9, 1, 5}, new double[] {1, 2, -3});
        step(model, 1, new double[] {9, 1, 5}, new double[] {1, 2, -3});
    }

    @Test
    void averagesImportanceAndItsDeviation() {
        set(model, UP + "lora_E", 1, 2, 3);

        step(model, 0, new double[] {9, 1, -5}, new double[] {0, 0, 0});

        Map<String, Parameter> state = model.adapter("default").trainingState();
        // |p g| = [9, 2, 15]; half of it, then a quarter of the distance from that half
        assertThat(Tensors.get(state, "up.lora_E.importance").getArray().toFloatArray())
                .containsExactly(4.5f, 1, 7.5f);
        assertThat(Tensors.get(state, "up.lora_E.uncertainty").getArray().toFloatArray())
                .containsExactly(4.5f / 4, 0.25f, 7.5f / 4);
        assertThat(Tensors.get(state, "up.kept").getArray().toFloatArray())
                .containsExactly(1, 1, 1);

        step(model, 1, new double[] {0, 0, 0}, new double[] {0, 0, 0});

        assertThat(Tensors.get(state, "up.lora_E.importance").getArray().toFloatArray())
                .containsExactly(2.25f, 0.5f, 3.75f);
        assertThat(Tensors.get(state, "up.lora_E.uncertainty").getArray().toFloatArray()[0])
                .isEqualTo(0.75f * 4.5f / 4 + 0.25f * 2.25f);
    }

    @Test
    void takesTheLeastImportantRanksOfAllLayers() {
        prune();

        // |p g| = [9, 2, 15] and [1, 2, 12]
        AdapterSet set = model.adapter("default");
        assertThat(numbers(set, UP + "lora_E")).containsExactly(0, 0, 3);
        assertThat(numbers(set, DOWN + "lora_E")).containsExactly(0, 0, -4);
    }

    @Test
    void keepsTakenRanksAwayToTheEnd() {
        prune();
        step(model, 2, new double[3], new double[3]);
        set(model, UP + "lora_E", 5, 6, 7);

        step(model, 3, new double[3], new double[3]);

        assertThat(numbers(model.adapter("default"), UP + "lora_E")).containsExactly(0, 0, 7);
    }

    @Test
    void ranksMayComeBackWhileTheyAreChosen() {
        prune();
        set(model, UP + "lora_E", 5, 6, 7);
        set(model, DOWN + "lora_E", 5, 6, 7);

        step(model, 2, new double[3], new double[3]);

        // The last choice is by what is known of them, not by what is left of them.
        assertThat(numbers(model.adapter("default"), UP + "lora_E")).containsExactly(0, 0, 7);
        assertThat(numbers(model.adapter("default"), DOWN + "lora_E")).containsExactly(0, 0, 7);
    }

    @Test
    void aTargetAboveTheStartTakesNoneAway() {
        PeftConfig generous = config().toBuilder().optTargetR(5).build();
        try (PeftModel wide = adalora(generous)) {
            set(wide, UP + "lora_E", 1, 2, 3);

            step(wide, 1, new double[] {1, 2, 3}, new double[3]);

            assertThat(numbers(wide.adapter("default"), UP + "lora_E")).containsExactly(1, 2, 3);
        }
    }

    @Test
    void writesWhatIsLeftAndLoadsItAgain() throws IOException {
        prune();
        model.savePretrained(folder);

        try (Checkpoint file = Checkpoint.openAdapter(folder);
                NDManager scratch = NDManager.newBaseManager("PyTorch")) {
            assertThat(file.shape(UP + "lora_A").getShape()).containsExactly(1, 6);
            assertThat(file.shape(DOWN + "lora_B").getShape()).containsExactly(3, 1);
            float[] b = numbers(model.adapter("default"), DOWN + "lora_B");
            assertThat(file.load(scratch, DOWN + "lora_B").toFloatArray())
                    .containsExactly(b[2], b[5], b[8]);
        }
        AdaLoraConfig saved = (AdaLoraConfig) PeftConfig.fromPretrained(folder);
        assertThat(saved.rankPattern().orElseThrow())
                .containsEntry("up.lora_E", List.of(false, false, true))
                .containsEntry("down.lora_E", List.of(false, false, true));
        try (PeftModel again = PeftModels.fromPretrained(toy.base().block(), folder);
                NDManager scope = NDManager.newBaseManager("PyTorch")) {
            NDArray ours = model.forward(toy.input(scope)).logits();
            NDArray theirs = again.forward(toy.input(scope)).logits();

            Tensors.assertClose(ours, theirs, Tensors.OUTPUT, "pruned");
        }
    }

    @Test
    void takesMoreAwayFromAFileAndCountsByTheStart() throws IOException {
        prune();
        model.savePretrained(folder);
        try (PeftModel again =
                PeftModels.fromPretrained(toy.base().block(), folder, "default", TRAINABLE)) {
            step(again, 1, new double[] {1}, new double[] {0});
            again.savePretrained(folder.resolve("more"));
        }

        // One rank a layer is the target; nothing more goes, and places are those at the start.
        AdaLoraConfig saved = (AdaLoraConfig) PeftConfig.fromPretrained(folder.resolve("more"));
        assertThat(saved.rankPattern().orElseThrow())
                .containsEntry("up.lora_E", List.of(false, false, true));
    }

    @Test
    void aLayerMayLoseAllItsRanks() throws IOException {
        set(model, UP + "lora_E", 1, 2, 3);
        set(model, DOWN + "lora_E", 1, 1, 1);
        step(model, 0, new double[] {9, 8, 7}, new double[3]);
        step(model, 1, new double[] {9, 8, 7}, new double[3]);
        model.savePretrained(folder);

        try (Checkpoint file = Checkpoint.openAdapter(folder)) {
            assertThat(file.shape(DOWN + "lora_A").getShape()).containsExactly(0, 8);
            assertThat(file.shape(DOWN + "lora_B").getShape()).containsExactly(3, 0);
        }
        try (PeftModel again = PeftModels.fromPretrained(toy.base().block(), folder);
                NDManager scope = NDManager.newBaseManager("PyTorch")) {
            NDArray ours = model.forward(toy.input(scope)).logits();
            NDArray theirs = again.forward(toy.input(scope)).logits();

            Tensors.assertClose(ours, theirs, Tensors.OUTPUT, "empty layer");
        }
    }

    @Test
    void loadsIntoAPrunedAdapterWhatItWrote() throws IOException {
        prune();
        model.savePretrained(folder);
        List<float[]> before = new ArrayList<>();
        for (String key : new String[] {"lora_A", "lora_B", "lora_E"}) {
            before.add(numbers(model.adapter("default"), DOWN + key));
        }
        set(model, DOWN + "lora_E", 0, 0, 99);

        model.loadAdapter(folder, "default");

        assertThat(numbers(model.adapter("default"), DOWN + "lora_E")).isEqualTo(before.get(2));
        assertThat(numbers(model.adapter("default"), DOWN + "lora_B")).isEqualTo(before.get(1));
    }

    @Test
    void refusesASecondAdapterThatTrains() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model.addAdapter("second", config()))
                .withMessageStartingWith("Only one AdaLoRA adapter of a model may train")
                .withMessageContaining("inference_mode");
        AdaLoraConfig frozen = config().toBuilder().optInferenceMode(true).build();

        model.addAdapter("second", frozen);

        assertThat(model.adapter("second").stepAware()).isEmpty();
    }

    @Test
    void refusesAPatternOfAnotherRank() {
        AdaLoraConfig odd =
                config().toBuilder()
                        .optRankPattern(Map.of("up.lora_E", List.of(true, false)))
                        .build();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> PeftModels.getPeftModel(toy.base().block(), odd))
                .withMessage("rank_pattern has 2 entries for up, but init_r is 3. Correct init_r.");
    }
}
