package io.github.peft4j.tuner.vera;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.testkit.AdapterBench;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.testkit.ToyModel;
import io.github.peft4j.tuner.InputDropout;
import io.github.peft4j.tuner.LinearShape;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A layer of 2 inputs and 2 outputs that reads parts of larger matrices; worked by hand. */
class VeraLinearTest {

    private static VeraConfig.Builder config(String... targets) {
        return VeraConfig.builder().optTargetModules(targets).optR(3).optProjectionPrngKey(5);
    }

    @Test
    void weighsTheRowsOfBothMatrices() {
        try (AdapterBench bench = new AdapterBench()) {
            VeraProjections projections =
                    new VeraProjections(
                            bench.frozen(new Shape(2, 3), 1, 2, 99, 3, 4, 99),
                            bench.frozen(new Shape(3, 2), 1, -1, 2, 1, 99, 99));
            VeraLinear vera =
                    new VeraLinear(
                            projections,
                            new LinearShape(2, 2),
                            bench.trained(new Shape(2), 10, 0.5),
                            bench.trained(new Shape(2), 2, -1),
                            InputDropout.NONE);
            Linear layer = bench.linear(2, 2);

            // A x = [5, 11], d: [50, 5.5], B: [44.5, 105.5], b: [89, -105.5]
            bench.assertAdds(vera, layer, bench.array(new Shape(1, 2), 1, 2), 89, -105.5);
        }
    }

    @Test
    void cutsAMatrixOnceAPass() {
        try (AdapterBench bench = new AdapterBench()) {
            VeraProjections projections =
                    new VeraProjections(
                            bench.frozen(new Shape(1, 3), 1, 2, 3),
                            bench.frozen(new Shape(2, 1), 4, 5));
            VeraLinear vera =
                    new VeraLinear(
                            projections,
                            new LinearShape(1, 2),
                            bench.trained(new Shape(1), 1),
                            bench.trained(new Shape(1), 1),
                            InputDropout.NONE);
            AdapterPass pass = bench.pass(bench.linear(2, 1), vera, 1, false);

            assertThat(projections.a(2, pass)).isSameAs(projections.a(2, pass));
            assertThat(projections.b(1, pass)).isSameAs(projections.b(1, pass));
            assertThat(projections.b(2, pass)).isSameAs(pass.value(projections.b()));
        }
    }

    @Test
    void countsTheVectorsAlone() {
        try (ToyModel toy = ToyModel.ours();
                PeftModel model =
                        PeftModels.getPeftModel(toy.base().block(), config("up", "down").build())) {
            long before = 11 * 6 + 8 * 6 + 8 + 2 * 8 + 3 * 8 + 3;

            assertThat(model.trainableParameters().trainable()).isEqualTo(8 + 3 + 3 + 3);
            assertThat(model.trainableParameters().all()).isEqualTo(before + 17);
        }
    }

    @Test
    void laterAdaptersReadTheMatricesOfTheFirst() {
        try (ToyModel toy = ToyModel.ours();
                PeftModel model =
                        PeftModels.getPeftModel(toy.base().block(), config("up", "down").build())) {
            model.addAdapter("second", config("down").build());

            for (String key : new String[] {"base_model.vera_A", "base_model.vera_B"}) {
                Parameter first = Tensors.get(model.adapter("default").tensors(), key);
                Parameter second = Tensors.get(model.adapter("second").tensors(), key);
                assertThat(Tensors.bytes(second.getArray()))
                        .as(key)
                        .isEqualTo(Tensors.bytes(first.getArray()));
                assertThat(second).isNotSameAs(first);
            }
        }
    }

    @Test
    void refusesLaterAdaptersThatNeedOtherMatrices() {
        try (ToyModel toy = ToyModel.ours();
                PeftModel model =
                        PeftModels.getPeftModel(toy.base().block(), config("down").build())) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.addAdapter("b", config("up").build()))
                    .withMessageContaining("layers of up to 8 outputs and 6 inputs")
                    .withMessageContaining("vera_B (3, 3)");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.addAdapter("b", config("down").optR(2).build()))
                    .withMessageStartingWith("r is 2, but the matrices vera_A and vera_B")
                    .withMessageContaining("have rank 3");
            VeraConfig.Builder otherKey = config("down").optProjectionPrngKey(6);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.addAdapter("b", otherKey.build()))
                    .withMessageStartingWith(
                            "projection_prng_key is 6, but adapter 'default' has 5.");
            VeraConfig.Builder unsaved = config("down").optSaveProjection(false);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.addAdapter("b", unsaved.build()))
                    .withMessageStartingWith(
                            "save_projection is false, but adapter 'default' has true.");
        }
    }

    @Test
    void drawsMatricesAgainThatAFileDoesNotHold(@TempDir Path folder) throws IOException {
        VeraConfig config = config("up", "down").optSaveProjection(false).build();
        try (ToyModel toy = ToyModel.ours();
                PeftModel model = PeftModels.getPeftModel(toy.base().block(), config)) {
            AdapterSet set = model.adapter("default");
            set.trainable()
                    .forEach(
                            p ->
                                    Tensors.fill(
                                            p,
                                            model.newStore().getManager().ones(p.getShape()),
                                            2));
            model.savePretrained(folder);
            assertThat(set.file().keySet()).noneMatch(key -> key.contains("vera_A"));
            assertThat(model.loadReport("default").warnings().toString())
                    .contains("save_projection is false");

            try (PeftModel again = PeftModels.fromPretrained(toy.base().block(), folder);
                    MergedModel ours = model.mergeAndUnload();
                    MergedModel theirs = again.mergeAndUnload()) {
                for (String key : new String[] {"up.weight", "down.weight"}) {
                    assertThat(Tensors.bytes(Tensors.get(theirs.parameters(), key).getArray()))
                            .isEqualTo(
                                    Tensors.bytes(Tensors.get(ours.parameters(), key).getArray()));
                }
            }
        }
    }
}
