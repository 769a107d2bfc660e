package io.github.peft4j.tuner.oft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.convolutional.Conv2d;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.io.SafetensorsWriter;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Convolution;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.ops.ConvolutionSpec;
import io.github.peft4j.testkit.OneLayer;
import io.github.peft4j.testkit.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OFTLinearTest {

    private static final Offset<Float> ROUNDING = Assertions.within(1e-5f);

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private static OFTConfig.Builder pairs() {
        return OFTConfig.builder().optOftBlockSize(2).optTargetModules("layer");
    }

    private PeftModel over(Block layer, OFTConfig.Builder config, long... input) {
        return OneLayer.adapt(manager, layer, config.build(), new Shape(input));
    }

    private PeftModel overIdentity(OFTConfig.Builder config, double... q) {
        PeftModel model = over(new Linear(4, 4, false), config, 1, 4);
        OneLayer.fillBase(model, "weight", manager, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1);
        OneLayer.fill(model, "oft_R.weight", manager, q);
        return model;
    }

    private NDArray x() {
        return Tensors.of(manager, new Shape(1, 4), 1, 2, 3, 4);
    }

    @Test
    void turnsEachBlockByItsOwnSeries() {
        // S = [[0, .5], [-.5, 0]]: I + 2S + 2S^2 + 2S^3 + S^4 = [[.5625, .75], [-.75, .5625]]
        try (PeftModel model = overIdentity(pairs(), 0.5, 0)) {
            assertThat(OneLayer.run(model, x()).toFloatArray())
                    .containsExactly(new float[] {0.5625f - 1.5f, 0.75f + 1.125f, 3, 4}, ROUNDING);
            OneLayer.assertMergesAsItActs(model, x());
        }
    }

    @Test
    void turnsTheOtherWayExactly() {
        // (I - S)(I + S)^-1 with S = [[0, 1], [-1, 0]] is [[0, -1], [1, 0]]
        try (PeftModel model = overIdentity(pairs().optUseCayleyNeumann(false), 1, 0)) {
            assertThat(OneLayer.run(model, x()).toFloatArray())
                    .containsExactly(new float[] {2, -1, 3, 4}, ROUNDING);
            OneLayer.assertMergesAsItActs(model, x());
        }
    }

    @Test
    void turnsAllBlocksAlikeWhereTheyAreShared() {
        OFTConfig.Builder config = pairs().optBlockShare(true).optUseCayleyNeumann(false);
        try (PeftModel model = overIdentity(config, 1)) {
            assertThat(OneLayer.run(model, x()).toFloatArray())
                    .containsExactly(new float[] {2, -1, 4, -3}, ROUNDING);
            OneLayer.assertMergesAsItActs(model, x());
        }
    }

    @Test
    void keepsBlocksShortWhereTheyAreConstrained() {
        // the bound on |S| is 2 / sqrt(2), and |S| = sqrt(2) q: q is cut at 1
        OFTConfig.Builder config = pairs().optCoft(true).optEps(2).optUseCayleyNeumann(false);
        try (PeftModel model = overIdentity(config, 5, 0.25)) {
            float[] cut = OneLayer.run(model, x()).toFloatArray();

            assertThat(cut[0]).isEqualTo(2, ROUNDING);
            assertThat(cut[1]).isEqualTo(-1, ROUNDING);
            assertThat(triangles(model)).as("predicting changes nothing").containsExactly(5, 0.25f);
            try (Gradients on = Gradients.on()) {
                ModelInput input = ModelInput.of(ImmutableMap.of("x", x()));
                model.forward(input, model.newStore(), true);
            }
            assertThat(triangles(model)).containsExactly(new float[] {1, 0.25f}, ROUNDING);
        }
    }

    private static float[] triangles(PeftModel model) {
        return Tensors.get(
                        model.adapter("default").tensors(), "base_model.model.layer.oft_R.weight")
                .getArray()
                .toFloatArray();
    }

    @Test
    void theFirstOfTwoTurnsTheInputFirst() {
        OFTConfig.Builder whole =
                OFTConfig.builder()
                        .optOftBlockSize(4)
                        .optUseCayleyNeumann(false)
                        .optTargetModules("layer");
        try (PeftModel model = overIdentity(whole, 1, 0, 0, 0, 0, 0)) {
            model.addAdapter("other", whole.build());
            Tensors.fill(
                    Tensors.get(
                            model.adapter("other").tensors(),
                            "base_model.model.layer.oft_R.weight"),
                    Tensors.of(manager, new Shape(1, 6), 0, 0, 0, 1, 0, 0),
                    1);
            model.setAdapter("default", "other");

            // (1, 2, 3, 4) -> (2, -1, 3, 4), then the second and third: (2, 3, 1, 4)
            assertThat(OneLayer.run(model, x()).toFloatArray())
                    .containsExactly(new float[] {2, 3, 1, 4}, ROUNDING);
        }
    }

    @Test
    void rotatesWhatAnEmbeddingGives() {
        OFTConfig.Builder config = pairs().optUseCayleyNeumann(false);
        try (PeftModel model = over(new Embedding(3, 2, null, 10), config, 1, 1)) {
            OneLayer.fillBase(model, "weight", manager, 1, 2, 3, 4, 5, 6);
            OneLayer.fill(model, "oft_embedding_R.weight", manager, 1);
            NDArray ids = manager.create(new long[] {2, 0}, new Shape(1, 2));

            assertThat(OneLayer.run(model, ids).toFloatArray())
                    .containsExactly(new float[] {60, -50, 20, -10}, ROUNDING);
            OneLayer.assertMergesAsItActs(model, ids);
        }
    }

    @Test
    void rotatesPixelsAndMergesThem() {
        Convolution layer = new Convolution(ConvolutionSpec.plain(2).withStride(2, 1), 4, 3, 1);
        try (PeftModel model = over(layer, pairs(), 1, 4, 3, 3)) {
            OneLayer.fillAtRandom(model, manager);

            OneLayer.assertMergesAsItActs(model, manager.randomNormal(new Shape(2, 4, 3, 3)));
        }
    }

    @Test
    void actsOnWholePatchesOnlyWhereALayerPassesItsInputOn() {
        Conv2d stock = Conv2d.builder().setFilters(2).setKernelShape(new Shape(3, 3)).build();

        assertThatThrownBy(() -> over(stock, pairs(), 1, 2, 5, 5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("OFT rotates patches of the image");
    }

    @Test
    void refusesDilation() {
        ConvolutionSpec dilated = ConvolutionSpec.plain(2).withDilation(2);

        assertThatThrownBy(() -> over(new Convolution(dilated, 2, 2, 3), pairs(), 1, 2, 9, 9))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("dilation > 1, as layer is, are not supported by OFT");
    }

    @Test
    void warnsOfASizeThatDoesNotDivideTheInput() {
        OFTConfig.Builder config = OFTConfig.builder().optOftBlockSize(3).optTargetModules("layer");
        try (PeftModel model = over(new Linear(4, 4), config, 1, 4)) {
            assertThat(model.loadReport("default").warnings())
                    .anyMatch(
                            text ->
                                    text.startsWith(
                                            "oft_block_size is 3, which does not divide 4"));
        }
    }

    @Test
    void refusesAFileOfAnOlderVersion(@TempDir Path folder) throws IOException {
        try (PeftModel model = over(new Linear(4, 4), pairs(), 1, 4)) {
            model.savePretrained(folder);
            Files.delete(folder.resolve("adapter_passport.json"));
            SafetensorsWriter.writeArrays(
                    folder.resolve("adapter_model.safetensors"),
                    Map.of("base_model.model.layer.oft_r.weight", manager.ones(new Shape(2, 2, 2))),
                    Map.of());

            assertThatThrownBy(() -> model.loadAdapter(folder, "old"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("layer.oft_r.weight: it is an old OFT checkpoint");
        }
    }
}
