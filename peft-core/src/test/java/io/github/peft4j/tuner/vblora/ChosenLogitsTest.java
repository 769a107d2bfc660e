package io.github.peft4j.tuner.vblora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.io.Dtype;
import io.github.peft4j.io.checkpoint.Checkpoint;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.testkit.ToyModel;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChosenLogitsTest {

    private static final String A = "base_model.model.up.vblora_logits_A";

    @TempDir private Path folder;

    private static VBLoRAConfig config(int vectors, int topk) {
        return VBLoRAConfig.builder()
                .optTargetModules("up")
                .optR(2)
                .optNumVectors(vectors)
                .optVectorLength(2)
                .optTopk(topk)
                .optSaveOnlyTopkWeights(true)
                .build();
    }

    @ParameterizedTest
    @CsvSource({"7, U8", "255, U8", "256, I16", "32767, I16", "32768, I32"})
    void writesPlacesInFewBitsAndChoosesTheSameAgain(int vectors, Dtype type) throws IOException {
        try (ToyModel toy = ToyModel.ours();
                PeftModel model = PeftModels.getPeftModel(toy.base().block(), config(vectors, 3));
                NDManager scope = NDManager.newBaseManager("PyTorch")) {
            model.savePretrained(folder);

            try (Checkpoint file = Checkpoint.openAdapter(folder);
                    PeftModel again = PeftModels.fromPretrained(toy.base().block(), folder)) {
                assertThat(file.dtype(A + "_topk_indices")).isEqualTo(type);
                assertThat(file.shape(A + "_topk_indices")).isEqualTo(new Shape(2, 3, 3));
                assertThat(file.shape(A + "_topk_weights")).isEqualTo(new Shape(2, 3, 2));
                assertThat(file.names()).doesNotContain(A);
                NDArray ours = model.forward(toy.input(scope)).logits();
                NDArray theirs = again.forward(toy.input(scope)).logits();
                Tensors.assertClose(ours, theirs, Tensors.OUTPUT, "chosen again");
            }
        }
    }

    @Test
    void oneVectorNeedsNoWeights() throws IOException {
        try (ToyModel toy = ToyModel.ours();
                PeftModel model = PeftModels.getPeftModel(toy.base().block(), config(5, 1));
                NDManager scope = NDManager.newBaseManager("PyTorch")) {
            model.savePretrained(folder);

            try (PeftModel again = PeftModels.fromPretrained(toy.base().block(), folder)) {
                NDArray ours = model.forward(toy.input(scope)).logits();
                NDArray theirs = again.forward(toy.input(scope)).logits();
                Tensors.assertClose(ours, theirs, Tensors.OUTPUT, "chosen again");
            }
        }
    }

    @Test
    void givesEveryLogitThatIsNotChosenNoChance() {
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                Gradients off = Gradients.off()) {
            Parameter logits = Tensors.parameter(manager, true, new Shape(1, 1, 4), 0, 0, 0, 0);
            ChosenLogits chosen = new ChosenLogits(logits, 2);

            chosen.weights().read(manager.create(new float[] {0.25f}, new Shape(1, 1, 1)));
            chosen.indices().read(manager.create(new int[] {3, 1}, new Shape(1, 1, 2)));

            assertThat(logits.getArray().toFloatArray())
                    .containsExactly(
                            Float.NEGATIVE_INFINITY,
                            (float) Math.log(0.75),
                            Float.NEGATIVE_INFINITY,
                            (float) Math.log(0.25));
        }
    }

    @Test
    void refusesAPlaceBeyondTheBank() {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            Parameter logits = Tensors.parameter(manager, true, new Shape(1, 1, 2), 0, 0);
            ChosenLogits chosen = new ChosenLogits(logits, 1);
            chosen.weights().read(manager.create(new float[0], new Shape(1, 1, 0)));
            NDArray place = manager.create(new int[] {2}, new Shape(1, 1, 1));

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> chosen.indices().read(place))
                    .withMessageContaining("holds 2, and num_vectors is 2");
        }
    }

    @Test
    void refusesToTrainOn() throws IOException {
        LoadAdapterOptions trainable = LoadAdapterOptions.builder().optTrainable(true).build();
        try (ToyModel toy = ToyModel.ours();
                PeftModel model = PeftModels.getPeftModel(toy.base().block(), config(7, 2));
                NDManager scope = NDManager.newBaseManager("PyTorch")) {
            model.savePretrained(folder);

            try (PeftModel again =
                    PeftModels.fromPretrained(toy.base().block(), folder, "default", trainable)) {
                assertThatThrownBy(() -> again.forward(toy.input(scope), again.newStore(), true))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("save_only_topk_weights");
                again.forward(toy.input(scope), again.newStore(), false);
            }
            model.forward(toy.input(scope), model.newStore(), true);
        }
    }
}
