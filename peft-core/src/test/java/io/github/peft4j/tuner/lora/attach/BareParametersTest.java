package io.github.peft4j.tuner.lora.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.exception.NoMatchingModuleException;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.Module;
import io.github.peft4j.nn.StackedWeights;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BareParametersTest {

    private static final String EXPERTS = "base_model.model.experts.";

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final Net net = new Net();

    @TempDir private Path folder;

    BareParametersTest() {
        net.initialize(manager, DataType.FLOAT32, new Shape(1, 3));
        try (Gradients off = Gradients.off()) {
            net.getParameters()
                    .values()
                    .forEach(
                            p -> {
                                Tensors.fill(p, manager.randomNormal(p.getShape()), 0.5);
                                p.freeze(true);
                            });
        }
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private static LoraConfig.Builder config(String... parameters) {
        return LoraConfig.builder().optR(2).optTargetModules().optTargetParameters(parameters);
    }

    private PeftModel adapt(LoraConfig.Builder config) {
        PeftModel model = PeftModels.getPeftModel(net, config.build());
        fill(model, PeftModel.DEFAULT_ADAPTER);
        return model;
    }

    private void fill(PeftModel model, String name) {
        model.adapter(name)
                .trainable()
                .forEach(p -> Tensors.fill(p, manager.randomNormal(p.getShape()), 0.5));
    }

    private NDArray run(PeftModel model, Activation activation) {
        NDArray x = Tensors.of(manager, new Shape(2, 3), 1, 2, 3, -1, 0, 2);
        return model.forward(ModelInput.of(Map.of("x", x)), activation)
                .arrays()
                .values()
                .iterator()
                .next();
    }

    private NDArray run(PeftModel model) {
        return run(model, Activation.of(PeftModel.DEFAULT_ADAPTER));
    }

    /** The last parameter is the outermost of PEFT's wrappers. */
    @Test
    void hasTheKeysOfNestedWrappers() {
        try (PeftModel model = adapt(config("experts.gate", "experts.down", "turned"))) {
            assertThat(model.adapter(PeftModel.DEFAULT_ADAPTER).tensors())
                    .hasSize(6)
                    .hasEntrySatisfying(
                            EXPERTS + "base_layer.base_layer.lora_A.weight",
                            a -> assertThat(a.getShape()).isEqualTo(new Shape(4, 3)))
                    .hasEntrySatisfying(
                            EXPERTS + "base_layer.lora_B.weight",
                            b -> assertThat(b.getShape()).isEqualTo(new Shape(3, 4)))
                    .hasEntrySatisfying(
                            EXPERTS + "lora_A.weight",
                            a -> assertThat(a.getShape()).isEqualTo(new Shape(2, 3)));
            assertThat(model.trainableParameters().trainable())
                    .isEqualTo(4 * 3 + 5 * 4 + 4 * 5 + 3 * 4 + 2 * 3 + 4 * 2);
        }
    }

    @Test
    void startsWithoutEffectAndMergesAsItActs() {
        try (PeftModel model = PeftModels.getPeftModel(net, config("gate", "down").build())) {
            Tensors.assertClose(run(model), run(model, Activation.none()), 1e-6, "start");
            fill(model, PeftModel.DEFAULT_ADAPTER);
            NDArray active = run(model);
            assertThat(Tensors.relativeError(active, run(model, Activation.none())))
                    .isGreaterThan(0.05);

            try (MergedModel merged = model.mergeAndUnload();
                    PeftModel plain =
                            PeftModels.getPeftModel(merged.block(), config("gate").build())) {
                Tensors.assertClose(run(plain, Activation.none()), active, 1e-5, "merged");
            }
            model.mergeAdapter();
            Tensors.assertClose(run(model), active, 1e-5, "merged in place");
            model.unmergeAdapter();
            Tensors.assertClose(run(model), active, 1e-6, "unmerged");
        }
    }

    @Test
    void savesAndLoadsEqual() throws Exception {
        NDArray before;
        try (PeftModel model = adapt(config("gate", "down", "turned"))) {
            before = run(model);
            model.savePretrained(folder);
        }
        try (PeftModel again = PeftModels.fromPretrained(net, folder)) {
            Tensors.assertClose(run(again), before, 1e-6, "loaded");
            assertThat(again.loadReport(PeftModel.DEFAULT_ADAPTER).warnings()).isEmpty();
        }
    }

    @Test
    void actsBeneathAnAdapterOfTheLayerThatReadsIt() {
        try (PeftModel model = adapt(config("first.weight"))) {
            model.addAdapter(
                    "layer", LoraConfig.builder().optR(2).optTargetModules("first").build());
            fill(model, "layer");
            Activation both = Activation.of(PeftModel.DEFAULT_ADAPTER, "layer");
            NDArray active = run(model, both);
            NDArray alone = run(model);

            assertThat(Tensors.relativeError(active, alone)).isGreaterThan(0.01);
            model.setAdapter(PeftModel.DEFAULT_ADAPTER, "layer");
            try (MergedModel merged = model.mergeAndUnload();
                    PeftModel plain =
                            PeftModels.getPeftModel(merged.block(), config("gate").build())) {
                Tensors.assertClose(run(plain, Activation.none()), active, 1e-5, "merged");
            }
        }
    }

    @Test
    void canBeScaled() {
        try (PeftModel model = adapt(config("second.weight"))) {
            NDArray off = run(model, Activation.none());
            NDArray half = run(model, Activation.of("default").scale("default", 0.5));

            // one layer is linear in its weight
            Tensors.assertClose(half.sub(off).mul(2), run(model).sub(off), 1e-4, "twice the half");
        }
    }

    @Test
    void neverChangesTheBase() {
        byte[] before = Tensors.bytes(net.experts.gate.getArray());

        try (PeftModel model = adapt(config("gate"));
                MergedModel merged = model.mergeAndUnload()) {
            assertThat(Tensors.bytes(net.experts.gate.getArray())).isEqualTo(before);
        }
    }

    @Test
    void warnsOfNamesThatFitNothing() {
        LoraConfig.Builder config = config("no.such").optTargetModules("first");

        try (PeftModel model = PeftModels.getPeftModel(net, config.build())) {
            assertThat(model.loadReport(PeftModel.DEFAULT_ADAPTER).warnings())
                    .anySatisfy(
                            warning ->
                                    assertThat(warning)
                                            .contains("target_parameters=[no.such]")
                                            .contains("no parameter was matched"));
        }
        assertThatThrownBy(() -> PeftModels.getPeftModel(net, config("no.such").build()))
                .isInstanceOf(NoMatchingModuleException.class);
    }

    @Test
    void warnsOfModulesThatFitNothing() {
        LoraConfig.Builder config = config("gate").optTargetModules("no_such");

        try (PeftModel model = PeftModels.getPeftModel(net, config.build())) {
            assertThat(model.loadReport(PeftModel.DEFAULT_ADAPTER).warnings())
                    .anySatisfy(warning -> assertThat(warning).contains("no module was matched"));
        }
    }

    @Test
    void refusesWhatAParameterCannotHave() {
        refuses(config("gate").optLoraDropout(0.1), "lora_dropout is 0.1", "no input to drop from");
        refuses(config("gate").optLoraBias(true), "lora_bias is true", "no bias");
        refuses(config("first.bias"), "first.bias of shape (4)", "two or three axes");
        refuses(config("top"), "reaches top", "parameter of the model itself");
        refuses(
                config("gate").optInitLoraWeights("orthogonal"),
                "init_lora_weights is orthogonal",
                "bare parameter knows no other start");
        refuses(
                config("first.weight").optTargetModules("first"),
                "reaches first.weight",
                "target_modules adapts the layer first");
    }

    private void refuses(LoraConfig.Builder config, String... texts) {
        assertThatThrownBy(() -> PeftModels.getPeftModel(net, config.build()))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(texts));
    }

    @Test
    void refusesAnAdapterOfOtherParameters() {
        try (PeftModel model = adapt(config("gate"))) {
            assertThatThrownBy(() -> model.addAdapter("other", config("down").build()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("target_parameters is [down]")
                    .hasMessageContaining("adapter 'default' has [gate]");
            model.addAdapter("same", config("gate").build());
            model.addAdapter("layers", LoraConfig.builder().optTargetModules("first").build());
        }
    }

    /** tanh of each expert, summed; the last parameter is no stack. */
    private static final class Experts extends Module implements StackedWeights {

        private final Parameter gate = parameter("gate", Parameter.Type.WEIGHT, 2, 3, 5);
        private final Parameter down = parameter("down", Parameter.Type.WEIGHT, 2, 5, 3);
        private final Parameter turned = parameter("turned", Parameter.Type.WEIGHT, 4, 3);

        @Override
        public boolean isTransposed() {
            return true; // [E, in, out]
        }

        NDArray forward(AdapterPass pass, NDArray x) {
            NDArray each = x.expandDims(0).matMul(pass.effective(gate)).tanh();
            NDArray sum = each.matMul(pass.effective(down)).sum(new int[] {0});
            return sum.matMul(pass.effective(turned).transpose());
        }
    }

    private static final class Net extends Module {

        private final Parameter top = parameter("top", Parameter.Type.WEIGHT, 2, 2);
        private final Experts experts = child("experts", new Experts());
        private final Linear first = child("first", new Linear(4, 4));
        private final Linear second = child("second", new Linear(4, 2));

        @Override
        protected NDList forwardInternal(
                ParameterStore store,
                NDList inputs,
                boolean training,
                @Nullable PairList<String, Object> params) {
            NDArray x = inputs.singletonOrThrow();
            AdapterPass pass = AdapterPass.over(store, x.getManager(), training);
            NDArray middle = first.forward(pass, experts.forward(pass, x)).tanh();
            return new NDList(second.forward(pass, middle).matMul(pass.effective(top)));
        }
    }
}
