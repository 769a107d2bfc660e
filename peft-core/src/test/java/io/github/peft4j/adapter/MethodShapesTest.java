package io.github.peft4j.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.training.ParameterStore;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.internal.runtime.ActiveAdapters;
import io.github.peft4j.internal.runtime.FrozenBase;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.testkit.Tensors;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Small stand-ins for methods of other shapes than LoRA: do the interfaces carry them? */
class MethodShapesTest {

    private static final int SIZE = 3;

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final BlockModel model = twoLinears();
    private final FrozenBase frozen = new FrozenBase(model.parameters().values());

    @AfterEach
    void close() {
        frozen.close();
        manager.close();
    }

    private BlockModel twoLinears() {
        manager.getEngine().setRandomSeed(2);
        SequentialBlock block =
                new SequentialBlock().add(new Linear(SIZE, SIZE)).add(new Linear(SIZE, SIZE));
        block.initialize(manager, DataType.FLOAT32, new Shape(1, SIZE));
        BlockModel base = new BlockModel(block);
        base.parameters()
                .values()
                .forEach(p -> Tensors.fill(p, random(p.getShape().getShape()), 1));
        return base;
    }

    private NDArray random(long... shape) {
        return manager.randomNormal(new Shape(shape));
    }

    private Parameter trained(NDArray values) {
        Parameter p = Parameter.builder().setName("p").setType(Parameter.Type.WEIGHT).build();
        p.setArray(values);
        p.freeze(false);
        return p;
    }

    private AdapterSet at(String path, Adapter adapter) {
        return AdapterSet.builder(manager.newSubManager()).addLayer("", path, adapter).build();
    }

    private ModelInput input() {
        return ModelInput.of(
                ImmutableMap.of("x", manager.arange(2f * SIZE).reshape(2, SIZE).sin()));
    }

    private NDArray run(ImmutableMap<String, AdapterSet> sets, boolean weights, String... names) {
        ActiveAdapters active = ActiveAdapters.of(model, frozen, sets, Activation.of(names));
        if (weights) {
            active = active.asWeights(model, sets, ImmutableList.copyOf(names));
        }
        ModelInput input = input();
        AdapterPass pass =
                new AdapterPass(new ParameterStore(manager, false), manager, true, active);
        return model.forward(input, pass).logits();
    }

    private void assertBothFormsAgree(ImmutableMap<String, AdapterSet> sets, String... names) {
        NDArray bare = run(sets, false);
        NDArray activations = run(sets, false, names);

        Tensors.assertClose(run(sets, true, names), activations, Tensors.OUTPUT, "weights");
        assertThat(Tensors.relativeError(activations, bare)).isGreaterThan(0.01);
    }

    @Test
    void scalesOutputsAndInputsAsIA3Does() {
        ImmutableMap<String, AdapterSet> sets =
                ImmutableMap.of(
                        "out", at("01Linear", new ScaledOutput(trained(random(SIZE, 1)))),
                        "in", at("02Linear", new ScaledInput(trained(random(1, SIZE)))));

        assertBothFormsAgree(sets, "out");
        assertBothFormsAgree(sets, "in");
        assertBothFormsAgree(sets, "out", "in");
    }

    @Test
    void refusesAFactorOnWhatDoesNotAdd() {
        ImmutableMap<String, AdapterSet> sets =
                ImmutableMap.of("out", at("01Linear", new ScaledOutput(trained(random(SIZE, 1)))));
        Activation half = Activation.of("out").scale("out", 0.5);

        assertThatThrownBy(() -> ActiveAdapters.of(model, frozen, sets, half))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Adapter 'out' does more than add to layer 01Linear, so the factor 0.5 has"
                                + " no meaning there. Only adapters that add, such as LoRA, can be"
                                + " scaled.");
    }

    @Test
    void turnsInputsAsOftDoesInTheOrderOfNames() {
        ImmutableMap<String, AdapterSet> sets =
                ImmutableMap.of(
                        "a", at("01Linear", new Turned(trained(random(SIZE, SIZE)))),
                        "b", at("01Linear", new Turned(trained(random(SIZE, SIZE)))),
                        "l", at("01Linear", new ScaledOutput(trained(random(SIZE, 1)))));

        assertBothFormsAgree(sets, "a", "b");
        assertBothFormsAgree(sets, "l", "a", "b");
        assertBothFormsAgree(sets, "a", "l");
        NDArray other = run(sets, false, "b", "a");
        assertThat(Tensors.relativeError(other, run(sets, false, "a", "b"))).isGreaterThan(0.01);
    }

    @Test
    void sharesTensorsBetweenLayersAsVeraDoes() {
        Parameter a = trained(random(2, SIZE));
        Parameter b = trained(random(SIZE, 2));
        a.freeze(true);
        b.freeze(true);
        Shared first = new Shared(a, b, trained(random(2)), trained(random(SIZE)));
        Shared second = new Shared(a, b, trained(random(2)), trained(random(SIZE)));
        AdapterSet set =
                AdapterSet.builder(manager.newSubManager())
                        .addTensor("base_model.vera_A", a)
                        .addTensor("base_model.vera_B", b)
                        .addLayer("base_model.model.", "01Linear", first)
                        .addLayer("base_model.model.", "02Linear", second)
                        .build();

        assertBothFormsAgree(ImmutableMap.of("v", set), "v");
        assertThat(set.trainable()).hasSize(4).doesNotContain(a, b);
        try (Gradients on = Gradients.on()) {
            Gradients.backward(run(ImmutableMap.of("v", set), false, "v").sum());
        }
        assertThat(first.d.getArray().getGradient().toFloatArray()).doesNotContain(0);
        assertThat(a.getArray().hasGradient()).isFalse();
    }

    @Test
    void putsVirtualTokensBeforeTheInputAsPromptTuningDoes() {
        Prompt prompt = new Prompt(trained(random(1, SIZE)));
        AdapterSet set =
                AdapterSet.builder(manager.newSubManager())
                        .optModelAdapter("", prompt)
                        .optAllowsPacking(false)
                        .build();
        ImmutableMap<String, AdapterSet> sets = ImmutableMap.of("p", set);
        try (Gradients on = Gradients.on()) {
            ActiveAdapters active = ActiveAdapters.of(model, frozen, sets, Activation.of("p"));
            AdapterPass pass =
                    new AdapterPass(new ParameterStore(manager, false), manager, true, active);
            ModelAdapter adapter = active.modelAdapters().get(0);

            NDArray y = adapter.forward(input(), model, pass).logits();
            Gradients.backward(y.sum());

            assertThat(y.getShape()).isEqualTo(new Shape(3, SIZE));
            assertThat(pass.allowsPacking()).isFalse();
        }
        assertThat(prompt.rows.getArray().getGradient().toFloatArray()).doesNotContain(0);
    }

    /** l y. */
    private record ScaledOutput(Parameter l) implements LayerAdapter, WeightAdapter {

        @Override
        public NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
            return base.forward(x).mul(pass.value(l).reshape(-1));
        }

        @Override
        public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
            return current.mul(pass.value(l));
        }

        @Override
        public NDArray bias(NDArray current, AdapterPass pass) {
            return current.mul(pass.value(l).reshape(-1));
        }

        @Override
        public Map<String, Parameter> parameters() {
            return Map.of("ia3_l", l);
        }
    }

    /** W (l x). */
    private record ScaledInput(Parameter l) implements LayerAdapter, WeightAdapter {

        @Override
        public NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
            return base.forward(x.mul(pass.value(l)));
        }

        @Override
        public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
            return current.mul(pass.value(l));
        }

        @Override
        public Map<String, Parameter> parameters() {
            return Map.of("ia3_l", l);
        }
    }

    /** W (x R); any R, not only rotations. */
    private record Turned(Parameter r) implements LayerAdapter, WeightAdapter {

        @Override
        public NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
            return base.forward(x.matMul(pass.value(r)));
        }

        @Override
        public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
            return current.matMul(pass.value(r).transpose());
        }

        @Override
        public Map<String, Parameter> parameters() {
            return Map.of("oft_R.weight", r);
        }
    }

    /** scale(b) B scale(d) A. */
    private record Shared(Parameter a, Parameter bigB, Parameter d, Parameter b)
            implements DeltaAdapter, WeightAdapter {

        @Override
        public NDArray delta(NDArray x, BaseLayer base, AdapterPass pass) {
            NDArray low = x.matMul(pass.value(a).transpose()).mul(pass.value(d));
            return low.matMul(pass.value(bigB).transpose()).mul(pass.value(b));
        }

        @Override
        public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
            NDArray left = pass.value(bigB).mul(pass.value(b).expandDims(1));
            return current.add(left.mul(pass.value(d)).matMul(pass.value(a)));
        }

        @Override
        public Map<String, Parameter> parameters() {
            return Map.of("vera_lambda_d", d, "vera_lambda_b", b);
        }
    }

    /** A row before all rows. */
    private record Prompt(Parameter rows) implements ModelAdapter {

        @Override
        public ModelOutput forward(ModelInput input, BaseModel base, AdapterPass pass) {
            NDArray x = input.arrays().values().iterator().next();
            NDArray longer = pass.value(rows).concat(x, 0);
            return base.forward(input.with("x", longer), pass);
        }

        @Override
        public Map<String, Parameter> parameters() {
            return Map.of("prompt_embeddings", rows);
        }
    }
}
