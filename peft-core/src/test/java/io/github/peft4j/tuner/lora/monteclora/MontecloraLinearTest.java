package io.github.peft4j.tuner.lora.monteclora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.PenalizedLoss;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.testkit.OneLayer;
import io.github.peft4j.testkit.PythonStarts;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.testkit.TwoLayers;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.option.MontecloraConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each setting does; the numbers of PEFT for given draws are in VariantOpsTest. */
class MontecloraLinearTest {

    private static final int SAMPLES = 4;

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private static MontecloraConfig settings(
            boolean entropy, double prior, double scaler, double weight) {
        return new MontecloraConfig(SAMPLES, entropy, prior, scaler, weight, 150);
    }

    /** A layer that makes nothing of its input but what the noise on A does. */
    private PeftModel noiseAlone(MontecloraConfig settings) {
        LoraConfig config =
                LoraConfig.builder()
                        .optR(2)
                        .optMontecloraConfig(settings)
                        .optTargetModules("layer")
                        .build();
        PeftModel model = OneLayer.adapt(manager, new Linear(3, 2, false), config, new Shape(1, 3));
        OneLayer.fillBase(model, "weight", manager, 0, 0, 0, 0, 0, 0);
        OneLayer.fill(model, "lora_A.weight", manager, 0, 0, 0, 0, 0, 0);
        OneLayer.fill(model, "lora_B.weight", manager, 1, 2, 3, 4);
        OneLayer.fill(model, "lora_monteclora_sampler.std_prior", manager, 0.2, 0.5);
        OneLayer.fill(
                model, "lora_monteclora_sampler.expert_weights_prior", manager, 0.1, 0.4, 0.7, 0.3);
        return model;
    }

    private NDArray train(PeftModel model) {
        manager.getEngine().setRandomSeed(7);
        NDArray x = manager.create(new float[] {1, 2, 3}, new Shape(1, 3));
        ModelInput input = ModelInput.of(ImmutableMap.of("x", x));
        return model.forward(input, model.newStore(), true).logits();
    }

    private NDArray tensor(PeftModel model, String name) {
        return Tensors.get(
                        model.adapter(PeftModel.DEFAULT_ADAPTER).tensors(),
                        "base_model.model.layer.lora_monteclora_sampler." + name)
                .getArray();
    }

    private double penalty(PeftModel model) {
        try (Gradients off = Gradients.off()) {
            NDArray nothing = manager.zeros(new Shape());
            return PenalizedLoss.withTermsOfTraining(model, nothing).getFloat();
        }
    }

    @Test
    void noiseGrowsWithTheScaler() {
        try (PeftModel one = noiseAlone(settings(false, 0.1, 1e-2, 0));
                PeftModel three = noiseAlone(settings(false, 0.1, 3e-2, 0))) {
            NDArray noise = train(one);

            assertThat(noise.norm().getFloat()).isPositive();
            Tensors.assertClose(train(three), noise.mul(3), 1e-5, "three times the noise");
        }
    }

    @Test
    void predictionsHaveNoNoise() {
        try (PeftModel model = noiseAlone(settings(false, 0.1, 1, 0))) {
            assertThat(OneLayer.run(model, manager.ones(new Shape(1, 3))).toFloatArray())
                    .containsOnly(0);
        }
    }

    /** The file tells the last draw, as in PEFT. */
    @Test
    void keepsTheLastDraw() {
        try (PeftModel model = noiseAlone(settings(false, 0.1, 1, 0))) {
            assertThat(tensor(model, "expert_weights").toFloatArray()).containsOnly(0.25f);

            train(model);

            float[] shares = tensor(model, "expert_weights").toFloatArray();
            assertThat(shares).doesNotContain(0.25f);
            assertThat(shares[0] + shares[1] + shares[2] + shares[3]).isCloseTo(1, within(1e-5f));
            float[] variances = tensor(model, "gaussian_var_prior").toFloatArray();
            assertThat(variances[1]).isZero();
            assertThat(variances[2]).isZero();
            assertThat(variances[0]).isPositive().isNotEqualTo(1);
        }
    }

    @Test
    void penaltyGrowsWithItsWeight() {
        try (PeftModel one = noiseAlone(settings(false, 0.1, 1, 1e-2));
                PeftModel three = noiseAlone(settings(false, 0.1, 1, 3e-2));
                PeftModel other = noiseAlone(settings(false, 0.3, 1, 1e-2))) {
            double penalty = penalty(one);

            assertThat(penalty).isNotZero();
            assertThat(penalty(three)).isCloseTo(3 * penalty, within(1e-6));
            assertThat(penalty(other)).as("of another prior").isNotEqualTo(penalty);
        }
    }

    /**
     * Each number of row i of the noise has the variance \(\epsilon^2 v_i \sum_k w_k^2\), where v
     * and w are what the last draw left in the file.
     */
    @Test
    void noiseHasTheDeviationOfTheDraw() {
        int in = 2000;
        LoraConfig config =
                LoraConfig.builder()
                        .optR(2)
                        .optMontecloraConfig(settings(false, 0.1, 0.05, 0))
                        .optTargetModules("layer")
                        .build();
        Linear layer = new Linear(in, 2, false);
        try (PeftModel model = OneLayer.adapt(manager, layer, config, new Shape(1, in))) {
            OneLayer.fillBase(model, "weight", manager, new double[2 * in]);
            OneLayer.fill(model, "lora_A.weight", manager, new double[2 * in]);
            OneLayer.fill(model, "lora_B.weight", manager, 1, 0, 0, 1);
            manager.getEngine().setRandomSeed(7);
            ModelInput input = ModelInput.of(ImmutableMap.of("x", manager.eye(in)));
            NDArray noise = model.forward(input, model.newStore(), true).logits(); // [in, 2]
            // lora_alpha is 8, so that what comes out is four times the noise
            NDArray found = noise.div(4).square().mean(new int[] {0});
            double squares = tensor(model, "expert_weights").square().sum().getFloat();
            float[] variances = tensor(model, "gaussian_var_prior").toFloatArray();
            double share = 0.05 * 0.05 * squares;
            assertThat((double) found.getFloat(0))
                    .isCloseTo(share * variances[0], withinPercentage(12));
            assertThat((double) found.getFloat(1))
                    .isCloseTo(share * variances[3], withinPercentage(12));
        }
    }

    /** v is \(e^{2 \sigma} u\), and u, a sum of two squares of normal numbers, is 2 on average. */
    @Test
    void variancesAreThoseOfWishartsDistribution() {
        try (PeftModel model = noiseAlone(settings(false, 0.1, 1, 0))) {
            manager.getEngine().setRandomSeed(7);
            NDArray x = manager.ones(new Shape(1, 3));
            double[] sums = new double[2];
            int draws = 1000;
            for (int i = 0; i < draws; i++) {
                model.forward(ModelInput.of(ImmutableMap.of("x", x)), model.newStore(), true);
                float[] variances = tensor(model, "gaussian_var_prior").toFloatArray();
                sums[0] += variances[0] / draws;
                sums[1] += variances[3] / draws;
            }
            assertThat(sums[0]).isCloseTo(2 * Math.exp(0.4), withinPercentage(10));
            assertThat(sums[1]).isCloseTo(2 * Math.exp(1), withinPercentage(10));
        }
    }

    /** Before a draw PEFT's own number, by starts/make.py; a draw moves the normal term alone. */
    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.3})
    void penaltyIsThatOfPython(double prior) {
        try (PythonStarts python = new PythonStarts();
                PeftModel model = noiseAlone(settings(false, prior, 1, 1e-2))) {
            double start = 1e-2 * python.expected("monteclora." + prior + ".start").getFloat();
            assertThat(penalty(model)).isCloseTo(start, within(1e-6));

            OneLayer.fill(
                    model, "lora_monteclora_sampler.gaussian_var_prior", manager, 4, 0, 0, 0.25);
            double drawn = 1e-2 * python.expected("monteclora." + prior + ".drawn").getFloat();
            assertThat(penalty(model)).isCloseTo(drawn, within(1e-6));

            train(model);
            float[] v = tensor(model, "gaussian_var_prior").toFloatArray();
            double normal = v[0] - Math.log(v[0]) + v[3] - Math.log(v[3]) - 2;
            assertThat(penalty(model))
                    .isCloseTo(start + 1e-2 * SAMPLES * 0.5 * normal, within(1e-5));
        }
    }

    /** Equal shares of four have squares of 1/16 each; a drawn share is never equal. */
    @Test
    void entropyAddsTheSquaresOfTheShares() {
        try (PeftModel with = noiseAlone(settings(true, 0.1, 1, 0))) {
            assertThat(penalty(with)).isCloseTo(0.25, within(1e-6));

            train(with);

            double squares = tensor(with, "expert_weights").square().sum().getFloat();
            assertThat(penalty(with)).isCloseTo(squares, within(1e-6));
            assertThat(squares).isGreaterThan(0.2501);
        }
    }

    /** A mean over the layers: two that are alike cost what one costs. */
    @Test
    void penaltyIsAMeanOverTheLayers() {
        try (TwoLayers base = new TwoLayers();
                PeftModel one = entropyAlone(base, "first");
                PeftModel two = entropyAlone(base, "first", "second")) {
            assertThat(penalty(one)).isCloseTo(0.25, within(1e-6));
            assertThat(penalty(two)).isCloseTo(0.25, within(1e-6));
        }
    }

    private static PeftModel entropyAlone(TwoLayers base, String... layers) {
        LoraConfig config =
                TwoLayers.lora(layers).optMontecloraConfig(settings(true, 0.1, 1, 0)).build();
        return PeftModels.getPeftModel(base, config);
    }
}
