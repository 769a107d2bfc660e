package io.github.peft4j.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.training.ParameterStore;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.internal.runtime.ActiveAdapters;
import io.github.peft4j.internal.runtime.FrozenBase;
import io.github.peft4j.testkit.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AdapterPassTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final NDManager scope = NDManager.newBaseManager("PyTorch");
    private final Recorder store = new Recorder(manager);

    @AfterEach
    void close() {
        scope.close();
        manager.close();
    }

    /** Two stock linear layers; all parameters ask for gradients, as DJL has it. */
    private BlockModel linears(boolean withBias) {
        SequentialBlock block =
                new SequentialBlock()
                        .add(Linear.builder().setUnits(2).optBias(withBias).build())
                        .add(Linear.builder().setUnits(2).optBias(withBias).build());
        block.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        block.getParameters().values().forEach(p -> p.freeze(false));
        return new BlockModel(block);
    }

    private AdapterPass pass(BlockModel model, boolean training, AdapterSet set) {
        FrozenBase frozen = new FrozenBase(model.parameters().values());
        ActiveAdapters active =
                ActiveAdapters.of(model, frozen, ImmutableMap.of("a", set), Activation.of("a"));
        return new AdapterPass(store, scope, training, active);
    }

    private AdapterSet twice(String path, Parameter factor) {
        return AdapterSet.builder(manager).addLayer("", path, new Times(factor)).build();
    }

    private Parameter factor(double value) {
        return Tensors.parameter(manager, true, new Shape(1), value);
    }

    @Test
    void valuesLiveInTheInputsManager() {
        BlockModel model = linears(true);
        Parameter factor = factor(2);
        AdapterPass pass = pass(model, false, twice("01Linear", factor));
        int before = manager.getManagedArrays().size();

        assertThat(pass.value(factor).getManager()).isSameAs(scope);
        for (Parameter parameter : model.parameters().values()) {
            assertThat(pass.effective(parameter).getManager()).isSameAs(scope);
        }
        assertThat(manager.getManagedArrays()).hasSize(before);
    }

    @Test
    void baseParametersComeWithoutGradientEvenIfTheyWouldTrain() {
        BlockModel model = linears(true);
        Parameter factor = factor(2);
        AdapterPass pass;
        NDArray weight;
        try (Gradients on = Gradients.on()) {
            pass = pass(model, true, twice("01Linear", factor));
            NDArray x = scope.ones(new Shape(1, 2));
            Gradients.backward(model.block().forward(pass, new NDList(x), true).get(0).sum());
            weight = model.parameters().values().iterator().next().getArray();
        }

        assertThat(weight.hasGradient()).isTrue();
        for (Parameter parameter : model.parameters().values()) {
            assertThat(parameter.getArray().getGradient().toFloatArray()).containsOnly(0);
        }
        assertThat(factor.getArray().getGradient().toFloatArray()[0]).isNotZero();
    }

    @Test
    void asksTheTrainersStoreForAdapterTensorsAlone() {
        BlockModel model = linears(true);
        Parameter factor = factor(2);
        AdapterPass pass = pass(model, true, twice("01Linear", factor));

        model.block().forward(pass, new NDList(scope.ones(new Shape(1, 2))), true);

        assertThat(store.asked).containsExactly(factor);
    }

    @Test
    void recordsNoGraphWhereTheThreadRecordsNone() {
        BlockModel model = linears(true);
        Parameter factor = factor(2);
        try (Gradients off = Gradients.off()) {
            AdapterPass pass = pass(model, true, twice("01Linear", factor));

            assertThat(pass.value(factor).hasGradient()).isFalse();
        }
    }

    @Test
    void runningStatisticsOfAStockBatchNormDoNotMove() {
        Block norm = BatchNorm.builder().build();
        SequentialBlock block =
                new SequentialBlock().add(Linear.builder().setUnits(2).build()).add(norm);
        block.initialize(manager, DataType.FLOAT32, new Shape(4, 2));
        BlockModel model = new BlockModel(block);
        Map<String, byte[]> before = bytes(model);
        NDArray x = scope.randomNormal(new Shape(4, 2));

        NDList adapted =
                block.forward(pass(model, true, twice("Linear", factor(2))), new NDList(x), true);
        assertThat(bytes(model)).containsExactlyEntriesOf(before);
        assertThat(adapted.get(0).mean(new int[] {0}).toFloatArray()[0]).isBetween(-1e-5f, 1e-5f);

        block.forward(new ParameterStore(manager, false), new NDList(x), true);
        assertThat(bytes(model)).as("without a pass they move").isNotEqualTo(before);
    }

    private static Map<String, byte[]> bytes(BlockModel model) {
        ImmutableMap.Builder<String, byte[]> bytes = ImmutableMap.builder();
        model.parameters().forEach((key, p) -> bytes.put(key, Tensors.bytes(p.getArray())));
        return bytes.buildOrThrow();
    }

    @Test
    void foldsAWeightOncePerPass() {
        BlockModel model = linears(true);
        Times times = new Times(factor(2));
        AdapterSet set = AdapterSet.builder(manager).addLayer("", "01Linear", times).build();
        Parameter weight = model.sites().get(0).requireWeight();
        AdapterPass pass = pass(model, false, set);

        NDArray first = pass.effective(weight);
        assertThat(pass.getValue(weight, Device.cpu(), false)).isSameAs(first);
        assertThat(times.folded).isEqualTo(1);
        assertThat(first.toFloatArray())
                .containsExactly(weight.getArray().add(weight.getArray()).toFloatArray());

        pass(model, false, set).getValue(weight, Device.cpu(), false);
        assertThat(times.folded).isEqualTo(2);
    }

    @Test
    void answersTheNullThatStockBlocksAskForWithNull() {
        AdapterPass pass = pass(linears(false), false, twice("01Linear", factor(2)));

        assertThat(pass.getValue(null, Device.cpu(), false)).isNull();
    }

    @Test
    void keepsSharedValuesBeyondTheLayerThatMadeThem() {
        AdapterPass pass = pass(linears(true), false, twice("01Linear", factor(2)));
        NDArray made;
        try (NDManager layer = scope.newSubManager()) {
            made = pass.once("key", () -> layer.ones(new Shape(1)));
        }

        assertThat(pass.<NDArray>once("key", () -> scope.zeros(new Shape(1)))).isSameAs(made);
        assertThat(made.toFloatArray()).containsExactly(1);
    }

    @Test
    void foldsTheFirstNameFirst() {
        BlockModel model = linears(true);
        FrozenBase frozen = new FrozenBase(model.parameters().values());
        Parameter weight = model.sites().get(0).requireWeight();
        AdapterSet plus =
                AdapterSet.builder(manager).addLayer("", "01Linear", new Plus(factor(1))).build();
        ActiveAdapters active =
                ActiveAdapters.of(
                        model,
                        frozen,
                        ImmutableMap.of("times", twice("01Linear", factor(2)), "plus", plus),
                        Activation.of("plus", "times"));
        AdapterPass pass = new AdapterPass(store, scope, false, active);

        NDArray one = weight.getArray().onesLike();
        NDArray expected = weight.getArray().add(one);
        Tensors.assertClose(pass.effective(weight), expected.add(expected), 1e-7, "2 (W + 1)");
    }

    @Test
    void refusesABiasThatTheLayerCannotTakeOn() {
        BlockModel model = linears(false);
        AdapterSet set =
                AdapterSet.builder(manager).addLayer("", "01Linear", new Shift(factor(1))).build();
        Parameter weight = model.sites().get(0).requireWeight();

        assertThatThrownBy(() -> pass(model, false, set).effective(weight))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "The adapter at 01Linear adds a bias, and the layer has none to be merged"
                                + " into. Keep the adapter unmerged.");
    }

    @Test
    void changesASharedWeightInTheHandsOfOneLayerAlone() {
        io.github.peft4j.nn.Linear in = new io.github.peft4j.nn.Linear(2, 2, false);
        SharedLayer out = new SharedLayer(in.weight());
        in.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        BlockModel model = new BlockModel(new SequentialBlock().add(in).add(out));
        AdapterPass pass = pass(model, false, twice("Linear", factor(2)));

        float[] weight = in.weight().getArray().toFloatArray();
        NDArray doubled = in.weight().getArray().add(in.weight().getArray());

        assertThat(pass.weight(in).toFloatArray()).isEqualTo(doubled.toFloatArray());
        assertThat(pass.weight(out).toFloatArray()).isEqualTo(weight);
        assertThat(pass.isPlain(in)).isFalse();
        assertThat(pass.isPlain(out)).isTrue();
    }

    @Test
    void aLayerWhoseWeightTrainsIsNotPlain() {
        io.github.peft4j.nn.Linear layer = new io.github.peft4j.nn.Linear(2, 2, false);
        layer.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        layer.weight().freeze(false);

        try (Gradients on = Gradients.on()) {
            AdapterPass pass = AdapterPass.over(store, scope, true);
            NDArray weight = pass.weight(layer);

            assertThat(weight.getShape()).isEqualTo(new Shape(2, 2));
            assertThat(pass.isPlain(layer)).isFalse();
        }
        try (Gradients off = Gradients.off()) {
            assertThat(AdapterPass.over(store, scope, true).isPlain(layer)).isTrue();
        }
    }

    @Test
    void refusesToChangeAStockBlocksWeightThatAnotherLayerReads() {
        Linear in = Linear.builder().setUnits(2).optBias(false).build();
        in.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        SharedLayer out = new SharedLayer(in.getDirectParameters().get("weight"));
        BlockModel model = new BlockModel(new SequentialBlock().add(in).add(out));

        assertThatThrownBy(() -> pass(model, false, twice("Linear", factor(2))))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageStartingWith("Layers Linear and SharedLayer share one weight");
    }

    @Test
    void turnsAWeightThatIsStoredTheOtherWayRound() {
        SharedLayer turned =
                new SharedLayer(
                        Tensors.parameter(manager, false, new Shape(2, 3), 1, 2, 3, 4, 5, 6));
        BlockModel model = new BlockModel(new SequentialBlock().add(turned));
        Seen seen = new Seen();
        AdapterSet set = AdapterSet.builder(manager).addLayer("", "SharedLayer", seen).build();

        NDArray weight = pass(model, false, set).effective(turned.weight());

        assertThat(seen.shape).isEqualTo(new Shape(3, 2));
        assertThat(weight.toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    void wrapsAPlainStoreAndKeepsAPass() {
        AdapterPass pass = pass(linears(true), true, twice("01Linear", factor(2)));

        assertThat(AdapterPass.over(pass, scope, false)).isSameAs(pass);
        assertThat(AdapterPass.over(store, scope, true).training()).isTrue();
    }

    /** A store that remembers what it is asked for. */
    private static final class Recorder extends ParameterStore {

        private final List<Parameter> asked = new ArrayList<>();

        Recorder(NDManager manager) {
            super(manager, false);
        }

        @Override
        public NDArray getValue(Parameter parameter, Device device, boolean training) {
            asked.add(parameter);
            return super.getValue(parameter, device, training);
        }
    }

    /** W f. */
    private static class Times implements WeightAdapter {

        final Parameter factor;
        int folded;

        Times(Parameter factor) {
            this.factor = factor;
        }

        @Override
        public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
            folded++;
            return current.mul(pass.value(factor));
        }

        @Override
        public Map<String, Parameter> parameters() {
            return Map.of("f", factor);
        }
    }

    /** W + f. */
    private static final class Plus extends Times {

        Plus(Parameter factor) {
            super(factor);
        }

        @Override
        public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
            return current.add(pass.value(factor));
        }
    }

    /** b + f. */
    private static final class Shift extends Times {

        Shift(Parameter factor) {
            super(factor);
        }

        @Override
        public @Nullable NDArray bias(@Nullable NDArray current, AdapterPass pass) {
            return current == null ? pass.value(factor) : current.add(pass.value(factor));
        }
    }

    /** Looks at the weight. */
    private static final class Seen implements WeightAdapter {

        private @Nullable Shape shape;

        @Override
        public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
            shape = current.getShape();
            return current;
        }

        @Override
        public Map<String, Parameter> parameters() {
            return Map.of();
        }
    }
}
