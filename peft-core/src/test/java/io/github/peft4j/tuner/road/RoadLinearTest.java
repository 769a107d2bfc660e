package io.github.peft4j.tuner.road;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.PeftModel;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.testkit.OneLayer;
import io.github.peft4j.testkit.Tensors;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RoadLinearTest {

    private static final double RIGHT_ANGLE = Math.PI / 2;

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private PeftModel over(RoadConfig.Builder config, long out) {
        return OneLayer.adapt(
                manager,
                new Linear(1, out),
                config.optTargetModules("layer").build(),
                new Shape(1, 1));
    }

    /** The outputs of a layer that, without the adapter, gives 2 + 1, 2 + 3, 2 + 5, 2 + 7, ... */
    private void assertTurns(PeftModel model, double... expected) {
        int out = expected.length;
        double[] weight = new double[out];
        double[] bias = new double[out];
        for (int i = 0; i < out; i++) {
            weight[i] = 2;
            bias[i] = 1 + 2 * i;
        }
        OneLayer.fillBase(model, "weight", manager, weight);
        OneLayer.fillBase(model, "bias", manager, bias);
        NDArray x = Tensors.of(manager, new Shape(1, 1), 1);

        NDArray expectedOutput = Tensors.of(manager, new Shape(1, out), expected);
        Tensors.assertClose(OneLayer.run(model, x), expectedOutput, 1e-5, "turned");
        OneLayer.assertMergesAsItActs(model, x);
    }

    @Test
    void pairsTheHalvesOfAGroup() {
        try (PeftModel model = over(RoadConfig.builder().optGroupSize(4), 4)) {
            OneLayer.fill(model, "road_theta", manager, RIGHT_ANGLE, 0);
            OneLayer.fill(model, "road_alpha", manager, 10, 100);

            // pairs (3, 7) and (5, 9)
            assertTurns(model, -70, 500, 30, 900);
        }
    }

    @Test
    void givesEachGroupItsOwnAngles() {
        try (PeftModel model = over(RoadConfig.builder().optGroupSize(2), 4)) {
            OneLayer.fill(model, "road_theta", manager, RIGHT_ANGLE, 0);
            OneLayer.fill(model, "road_alpha", manager, 10, 100);

            // pairs (3, 5) and (7, 9)
            assertTurns(model, -50, 30, 700, 900);
        }
    }

    @Test
    void givesEachOutputItsOwnAngleInTheSecondVariant() {
        RoadConfig.Builder config = RoadConfig.builder().optVariant(RoadVariant.ROAD_2);
        try (PeftModel model = over(config.optGroupSize(4), 4)) {
            OneLayer.fill(model, "road_theta", manager, RIGHT_ANGLE, 0, 0, RIGHT_ANGLE);
            OneLayer.fill(model, "road_alpha", manager, 1, 10, 100, 1000);

            // pairs (3, 7) and (5, 9)
            assertTurns(model, -7, 50, 700, 5000);
        }
    }

    @Test
    void givesEachEntryItsOwnAngleInTheFourthVariant() {
        RoadConfig.Builder config = RoadConfig.builder().optVariant(RoadVariant.ROAD_4);
        try (PeftModel model = over(config.optGroupSize(2), 4)) {
            double angle = Math.PI / 6; // its sine is one half
            double other = Math.PI / 3; // its cosine is one half
            OneLayer.fill(
                    model, "road_theta", manager, other, 0, angle, angle, 0, other, angle, -angle);
            OneLayer.fill(model, "road_alpha", manager, 2, 4, 6, 8, 10, 20, 30, 40);

            // pairs (3, 5) and (7, 9), by [1, -3; 4, 4] and [10, -15; -20, 10]
            assertTurns(model, 3 - 15, 4 * 5 + 4 * 3, 70 - 135, 90 - 140);
        }
    }

    @Test
    void startsAtRandomAroundTheIdentityIfAsked() {
        try (PeftModel model = over(RoadConfig.builder().optInitWeights(false), 4096)) {
            assertSpread(model, "road_theta", 0);
            assertSpread(model, "road_alpha", 1);
        }
    }

    private static void assertSpread(PeftModel model, String name, float mean) {
        NDArray numbers =
                Tensors.get(
                                model.adapter(PeftModel.DEFAULT_ADAPTER).tensors(),
                                "base_model.model.layer." + name)
                        .getArray();

        assertThat(numbers.size()).isEqualTo(2048);
        assertThat(numbers.mean().getFloat()).isCloseTo(mean, Assertions.within(0.07f));
        assertThat(numbers.sub(mean).square().mean().getFloat())
                .isCloseTo(0.25f, Assertions.within(0.05f));
    }
}
