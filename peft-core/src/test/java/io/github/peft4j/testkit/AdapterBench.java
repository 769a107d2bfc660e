package io.github.peft4j.testkit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.training.ParameterStore;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BlockModel;
import io.github.peft4j.adapter.DeltaAdapter;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.internal.runtime.ActiveAdapters;
import io.github.peft4j.internal.runtime.FrozenBase;
import io.github.peft4j.nn.Leaf;
import io.github.peft4j.nn.Linear;
import org.assertj.core.api.Assertions;

/** One adapter on one layer whose weight is zero and whose bias, if any, counts from 100. */
public final class AdapterBench implements AutoCloseable {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final Gradients off = Gradients.off();

    /** Where everything lives. */
    public NDManager manager() {
        return manager;
    }

    /** A trained tensor of these numbers. */
    public Parameter trained(Shape shape, double... numbers) {
        return Tensors.parameter(manager, true, shape, numbers);
    }

    /** A frozen tensor of these numbers. */
    public Parameter frozen(Shape shape, double... numbers) {
        return Tensors.parameter(manager, false, shape, numbers);
    }

    /** An array of these numbers. */
    public NDArray array(Shape shape, double... numbers) {
        return Tensors.of(manager, shape, numbers);
    }

    /** A linear layer of this shape. */
    public Linear linear(long in, long out) {
        return set(new Linear(in, out));
    }

    private static void fill(Parameter parameter, NDArray numbers) {
        parameter.setShape(null);
        parameter.setArray(numbers);
    }

    private <L extends Leaf> L set(L layer) {
        Shape shape = layer.weight().getShape();
        fill(layer.weight(), manager.zeros(shape));
        Parameter bias = layer.bias();
        if (bias != null) {
            fill(bias, manager.arange(100f, 100f + (float) shape.get(0), 1f));
        }
        return layer;
    }

    /** The layer's output with the adapter. */
    public NDArray forward(Leaf layer, Adapter adapter, NDArray x, double scale) {
        return layer.forward(pass(layer, adapter, scale, false), x);
    }

    /** A pass in which the adapter acts on the layer. */
    public AdapterPass pass(Leaf layer, Adapter adapter, double scale, boolean training) {
        BlockModel model = new BlockModel(new SequentialBlock().add(layer));
        String path = model.sites().get(model.sites().size() - 1).path();
        AdapterSet set = AdapterSet.builder(manager).addLayer("", path, adapter).build();
        ActiveAdapters active =
                ActiveAdapters.of(
                        model,
                        new FrozenBase(model.parameters().values()),
                        ImmutableMap.of("a", set),
                        Activation.of("a").scale("a", scale));
        return new AdapterPass(new ParameterStore(manager, false), manager, training, active);
    }

    /**
     * Asserts that an adapter gives these numbers, weighed by a factor and not, added to the output
     * or alone; and that its change of weight gives the same.
     *
     * @param delta what it adds to the output of x
     */
    public <A extends DeltaAdapter & WeightAdapter> void assertAdds(
            A adapter, Linear layer, NDArray x, double... delta) {
        for (double scale : new double[] {1, -2}) {
            double[] scaled = new double[delta.length];
            double[] added = new double[delta.length];
            for (int i = 0; i < delta.length; i++) {
                scaled[i] = scale * delta[i];
                added[i] = 100 + i % layer.weight().getShape().get(0) + scaled[i];
            }
            AdapterPass pass = pass(layer, adapter, scale, false);
            Shape shape = layer.forward(pass, x).getShape();
            close(layer.forward(pass, x), array(shape, added), "forward");
            NDArray alone = adapter.delta(x, new NoBase(), pass);
            close(alone, array(shape, scaled), "delta");
            NDArray zero = manager.zeros(layer.weight().getShape());
            NDArray weight = adapter.weight(zero, zero, pass);
            close(x.matMul(weight.transpose()), array(shape, scaled), "weight");
        }
    }

    private static void close(NDArray ours, NDArray expected, String what) {
        Tensors.assertClose(ours, expected, 1e-6, what);
        Assertions.assertThat(ours.getShape()).as(what).isEqualTo(expected.getShape());
    }

    @Override
    public void close() {
        off.close();
        manager.close();
    }
}
