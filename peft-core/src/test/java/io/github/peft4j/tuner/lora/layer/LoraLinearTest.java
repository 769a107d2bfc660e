package io.github.peft4j.tuner.lora.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.training.ParameterStore;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.BlockModel;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.internal.runtime.ActiveAdapters;
import io.github.peft4j.internal.runtime.FrozenBase;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.tuner.InputDropout;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** in = 3, out = 2, r = 1; every number worked by hand. */
class LoraLinearTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final Gradients off = Gradients.off();

    private final Parameter a = parameter(new Shape(1, 3), 1, 2, 3);
    private final Parameter b = parameter(new Shape(2, 1), 10, -1);
    private final Parameter c = parameter(new Shape(2), 4, 8);
    private final NDArray x = array(new Shape(1, 3), 1, 1, 2); // x A^T = 9, B: [90, -9]
    private final NDArray y = array(new Shape(1, 2), 1000, 2000);

    @AfterEach
    void close() {
        off.close();
        manager.close();
    }

    private NDArray array(Shape shape, double... numbers) {
        return Tensors.of(manager, shape, numbers);
    }

    private Parameter parameter(Shape shape, double... numbers) {
        return Tensors.parameter(manager, true, shape, numbers);
    }

    private LoraLinear lora(@Nullable Parameter bias, double scaling) {
        return new LoraLinear(new LoraTensors(a, b, bias, scaling, InputDropout.NONE));
    }

    /** A pass in which the adapter acts, with a factor, on a layer of its own. */
    private AdapterPass pass(LoraLinear adapter, double factor) {
        Linear layer = new Linear(3, 2);
        layer.weight().setShape(null);
        layer.weight().setArray(array(new Shape(2, 3), 1, 0, 0, 0, 1, 0));
        Parameter bias = layer.bias();
        if (bias != null) {
            bias.setShape(null);
            bias.setArray(array(new Shape(2), 0, 0));
        }
        BlockModel model = new BlockModel(new SequentialBlock().add(layer));
        AdapterSet set = AdapterSet.builder(manager).addLayer("", "Linear", adapter).build();
        ActiveAdapters active =
                ActiveAdapters.of(
                        model,
                        new FrozenBase(model.parameters().values()),
                        ImmutableMap.of("a", set),
                        Activation.of("a").scale("a", factor));
        return new AdapterPass(new ParameterStore(manager, false), manager, false, active);
    }

    private BaseLayer base() {
        return new BaseLayer() {
            @Override
            public NDArray forward(NDArray input) {
                return y;
            }

            @Override
            public NDArray weight() {
                throw new AssertionError("LoRA does not need the weight");
            }

            @Override
            public @Nullable NDArray bias() {
                throw new AssertionError("LoRA does not need the bias");
            }
        };
    }

    @Test
    void deltaIsTheScaledProduct() {
        LoraLinear lora = lora(null, 0.5);

        assertThat(lora.delta(x, base(), pass(lora, 1)).toFloatArray()).containsExactly(45, -4.5f);
    }

    @Test
    void forwardAddsTheDelta() {
        LoraLinear lora = lora(null, 0.5);

        assertThat(lora.forward(x, base(), pass(lora, 1)).toFloatArray())
                .containsExactly(1045, 1995.5f);
    }

    @Test
    void aBiasOfBIsScaledToo() {
        LoraLinear lora = lora(c, 0.5);
        AdapterPass pass = pass(lora, 1);

        assertThat(lora.delta(x, base(), pass).toFloatArray()).containsExactly(47, -0.5f);
        assertThat(lora.forward(x, base(), pass).toFloatArray()).containsExactly(1047, 1999.5f);
        NDArray bias = Objects.requireNonNull(lora.bias(array(new Shape(2), 100, 200), pass));
        assertThat(bias.toFloatArray()).containsExactly(102, 204);
        assertThat(lora(null, 1).bias(null, pass)).isNull();
    }

    @Test
    void weightAddsBTimesA() {
        LoraLinear lora = lora(null, 0.5);
        NDArray w = array(new Shape(2, 3), 1, 1, 1, 1, 1, 1);

        assertThat(lora.weight(w, w, pass(lora, 1)).toFloatArray())
                .containsExactly(6, 11, 16, 0.5f, 0, -0.5f);
    }

    @Test
    void theActivationsFactorMultipliesEverything() {
        LoraLinear lora = lora(c, 0.5);
        AdapterPass pass = pass(lora, -2);
        NDArray zero = array(new Shape(2, 3), 0, 0, 0, 0, 0, 0);

        assertThat(lora.delta(x, base(), pass).toFloatArray()).containsExactly(-94, 1);
        assertThat(lora.weight(zero, zero, pass).toFloatArray())
                .containsExactly(-10, -20, -30, 1, 2, 3);
    }

    @Test
    void negativeScalesSubtract() {
        LoraLinear lora = lora(null, -1);

        assertThat(lora.forward(x, base(), pass(lora, 1)).toFloatArray())
                .containsExactly(910, 2009);
    }

    @Test
    void dropoutNeedsTheActivation() {
        assertThat(lora(null, 1).needsActivation()).isNull();
        assertThat(
                        new LoraLinear(
                                        new LoraTensors(
                                                a,
                                                b,
                                                null,
                                                1,
                                                new InputDropout("lora_dropout", 0.1)))
                                .needsActivation())
                .isEqualTo("lora_dropout = 0.1 acts on the layer's input");
    }

    @Test
    void namesItsTensorsAsHuggingFaceDoes() {
        assertThat(lora(c, 1).parameters())
                .containsExactly(
                        Map.entry("lora_A.weight", a),
                        Map.entry("lora_B.weight", b),
                        Map.entry("lora_B.bias", c));
    }

    @Test
    void theScaleIsAlphaOverRankOrItsRoot() {
        assertThat(effect(LoraConfig.builder().optLoraAlpha(8))).isCloseTo(2, within(1e-6));
        assertThat(effect(LoraConfig.builder().optLoraAlpha(-2))).isCloseTo(-0.5, within(1e-6));
        assertThat(effect(LoraConfig.builder().optLoraAlpha(8).optUseRslora(true)))
                .isCloseTo(4, within(1e-6));
        assertThat(effect(LoraConfig.builder().optAlphaPattern(Map.of("Linear", 4))))
                .isCloseTo(1, within(1e-6));
        assertThat(effect(LoraConfig.builder().optLoraAlpha(8).optRankPattern(Map.of("Linear", 1))))
                .isCloseTo(8, within(1e-6));
    }

    /** What rank 4 adds to an output of a layer where B A = 1 in the first place. */
    private double effect(LoraConfig.Builder config) {
        Linear layer = new Linear(3, 2);
        layer.initialize(manager, ai.djl.ndarray.types.DataType.FLOAT32, new Shape(1, 3));
        SequentialBlock block = new SequentialBlock().add(layer);
        LoraConfig four = config.optR(4).optTargetModules("Linear").build();
        try (PeftModel model = PeftModels.getPeftModel(block, four)) {
            Map<String, Parameter> tensors = model.adapter("default").tensors();
            for (Map.Entry<String, Parameter> tensor : tensors.entrySet()) {
                NDArray array = tensor.getValue().getArray();
                NDArray first = manager.zeros(array.getShape());
                first.set(new ai.djl.ndarray.index.NDIndex("0, 0"), 1f);
                Tensors.fill(tensor.getValue(), first, 1);
            }
            try (NDManager scope = NDManager.newBaseManager("PyTorch");
                    var merged = model.mergeAndUnload()) {
                NDArray after = Tensors.get(merged.parameters(), "Linear.weight").getArray();
                NDArray change =
                        scope.zeros(after.getShape()).add(after).sub(layer.weight().getArray());
                return change.toFloatArray()[0];
            }
        }
    }
}
