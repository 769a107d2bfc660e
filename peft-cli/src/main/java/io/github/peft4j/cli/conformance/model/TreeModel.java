package io.github.peft4j.cli.conformance.model;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ModelInfo;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.nn.Group;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.Module;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * A model of small linear layers at given names, with containers above them; a layer may lie below
 * another. It is there to be adapted and computes nothing.
 */
public final class TreeModel extends Module implements BaseModel, AutoCloseable {

    private static final Shape SHAPE = new Shape(1);
    private static final int WIDTH = 2;

    private final NDManager manager = Engines.newManager();
    private final ImmutableList<LayerSite> sites;
    private final ImmutableMap<String, Parameter> named;

    public TreeModel(Collection<String> layers) {
        Map<String, LayerSite> found = new LinkedHashMap<>();
        ImmutableMap.Builder<String, Parameter> weights = ImmutableMap.builder();
        for (String layer : new TreeSet<>(layers)) {
            for (int dot = layer.indexOf('.'); dot >= 0; dot = layer.indexOf('.', dot + 1)) {
                String path = layer.substring(0, dot);
                found.putIfAbsent(
                        path, new LayerSite(path, LayerKind.OTHER, new Group(), null, null));
            }
            Linear linear = new Linear(WIDTH, WIDTH, false);
            linear.initialize(manager, DataType.FLOAT32, SHAPE.add(WIDTH));
            found.put(layer, new LayerSite(layer, LayerKind.LINEAR, linear, linear.weight(), null));
            weights.put(layer + ".weight", linear.weight());
        }
        sites = ImmutableList.copyOf(found.values());
        named = weights.buildOrThrow();
    }

    @Override
    public Block block() {
        return this;
    }

    @Override
    public ModelOutput forward(ModelInput input, AdapterPass pass) {
        throw new IllegalStateException("A tree of names computes nothing.");
    }

    @Override
    public ModelInput toInput(NDList data, NDList labels) {
        throw new IllegalStateException("A tree of names takes no input.");
    }

    @Override
    public NDList toList(ModelOutput output) {
        throw new IllegalStateException("A tree of names gives no output.");
    }

    @Override
    public ImmutableList<LayerSite> sites() {
        return sites;
    }

    @Override
    public ImmutableMap<String, Parameter> parameters() {
        return named;
    }

    @Override
    public ModelInfo info() {
        return new ModelInfo("Module", "torch.nn", null, null, null, null, ImmutableMap.of());
    }

    @Override
    public void close() {
        manager.close();
    }
}
