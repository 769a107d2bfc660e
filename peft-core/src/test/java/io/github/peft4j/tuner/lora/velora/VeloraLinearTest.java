package io.github.peft4j.tuner.lora.velora;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.testkit.OneLayer;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.option.VeloraConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The gradient of A by hand: four features in two groups, B = 5, s = 2, so that G = 10. */
class VeloraLinearTest {

    private static final double[] FIRST = {1, 2, 3, 4};
    private static final double[] SECOND = {4, 0, -4, 2};

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private PeftModel wrap(double scale, String initType) {
        LoraConfig config =
                LoraConfig.builder()
                        .optR(1)
                        .optLoraAlpha(2)
                        .optVeloraConfig(new VeloraConfig(2, scale, initType))
                        .optTargetModules("layer")
                        .build();
        PeftModel model = OneLayer.adapt(manager, new Linear(4, 1, false), config, new Shape(1, 4));
        OneLayer.fill(model, "lora_A.weight", manager, 1, 1, 1, 1);
        OneLayer.fill(model, "lora_B.weight", manager, 5);
        return model;
    }

    private Parameter tensor(PeftModel model, String suffix) {
        return Tensors.get(
                model.adapter(PeftModel.DEFAULT_ADAPTER).tensors(),
                "base_model.model.layer." + suffix);
    }

    private NDArray gradientOfA(PeftModel model, double... x) {
        NDArray a = tensor(model, "lora_A.weight").getArray();
        try (Gradients on = Gradients.on()) {
            NDArray input = Tensors.of(manager, new Shape(1, 4), x);
            NDArray y =
                    model.forward(
                                    ModelInput.of(ImmutableMap.of("x", input)),
                                    model.newStore(),
                                    true)
                            .logits();
            Gradients.backward(y.sum());
        }
        NDArray gradient = a.getGradient().duplicate();
        a.getGradient().subi(gradient);
        return gradient;
    }

    /** G c p(x): each group is what it has along v. */
    private NDArray expected(double c, double[] v, double... x) {
        double length = v[0] * v[0] + v[1] * v[1];
        double left = (x[0] * v[0] + x[1] * v[1]) / length;
        double right = (x[2] * v[0] + x[3] * v[1]) / length;
        double g = 10 * c;
        return Tensors.of(
                manager,
                new Shape(1, 4),
                g * left * v[0],
                g * left * v[1],
                g * right * v[0],
                g * right * v[1]);
    }

    @Test
    void takesTheDirectionOfEachBatch() {
        try (PeftModel model = wrap(0.5, VeloraConfig.BATCH_AVERAGE)) {
            Tensors.assertClose(
                    gradientOfA(model, FIRST),
                    expected(0.5, new double[] {2, 3}, FIRST),
                    1e-6,
                    "first");
            Tensors.assertClose(
                    gradientOfA(model, SECOND),
                    expected(0.5, new double[] {0, 1}, SECOND),
                    1e-6,
                    "second");
            assertThat(tensor(model, "lora_velora_embed").getArray().toFloatArray())
                    .containsExactly(0, 1);
        }
    }

    @Test
    void keepsTheDirectionOfTheFirstBatch() {
        try (PeftModel model = wrap(1, VeloraConfig.BATCH_AVERAGE_ONCE)) {
            gradientOfA(model, FIRST);

            Tensors.assertClose(
                    gradientOfA(model, SECOND),
                    expected(1, new double[] {2, 3}, SECOND),
                    1e-6,
                    "second");
        }
    }

    @Test
    void keepsARandomDirection() {
        try (PeftModel model = wrap(1, VeloraConfig.RANDOM)) {
            float[] v = tensor(model, "lora_velora_embed").getArray().toFloatArray();

            Tensors.assertClose(
                    gradientOfA(model, FIRST),
                    expected(1, new double[] {v[0], v[1]}, FIRST),
                    1e-5,
                    "random");
        }
    }

    /** Only the gradient is compressed. */
    @Test
    void givesLorasOutput() {
        try (PeftModel model = wrap(0.5, VeloraConfig.BATCH_AVERAGE)) {
            OneLayer.fillBase(model, "weight", manager, 1, 0, 0, 0);
            NDArray x = Tensors.of(manager, new Shape(1, 4), FIRST);
            ModelInput input = ModelInput.of(ImmutableMap.of("x", x));

            assertThat(model.forward(input, model.newStore(), true).logits().toFloatArray())
                    .containsExactly(1 + 100);
            OneLayer.assertMergesAsItActs(model, x);
        }
    }
}
