package io.github.peft4j.testkit;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ModelInfo;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.model.ModuleTree;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.nn.Module;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model that computes nothing but its token embedding and remembers what it is called with. Row i
 * of the table is {@code i + 0.1, i + 0.2, ...}.
 */
public final class RecordingModel extends Module implements BaseModel, AutoCloseable {

    private static final int ROWS = 10;

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final Embedding words;
    private final ModelInfo info;
    private final List<LayerSite> sites;
    private final List<ModelInput> calls = new ArrayList<>();

    /**
     * A model of this many features.
     *
     * @param config what its config.json holds
     */
    public RecordingModel(int features, Map<String, Object> config) {
        words = child("words", new Embedding(ROWS, features));
        words.initialize(manager, DataType.FLOAT32, new Shape(1));
        double[] values = new double[ROWS * features];
        for (int i = 0; i < values.length; i++) {
            int row = i / features;
            values[i] = row + 0.1 * (i % features + 1);
        }
        try (NDManager scratch = manager.newSubManager()) {
            Tensors.fill(words.weight(), Tensors.of(scratch, new Shape(ROWS, features), values), 1);
        }
        info =
                new ModelInfo(
                        "RecordingModel",
                        "test",
                        null,
                        "recording",
                        null,
                        "words",
                        ImmutableMap.copyOf(config));
        sites = ModuleTree.sites(this);
    }

    /** What it was called with last. */
    public ModelInput lastCall() {
        return calls.get(calls.size() - 1);
    }

    /** A pass without adapters. */
    public AdapterPass pass(NDManager scope) {
        return AdapterPass.over(new ParameterStore(scope, false), scope, false);
    }

    @Override
    public Block block() {
        return this;
    }

    @Override
    public ModelOutput forward(ModelInput input, AdapterPass pass) {
        calls.add(input);
        return ModelOutput.of(Map.of());
    }

    @Override
    public ModelInput toInput(NDList data, NDList labels) {
        return ModelInput.positional(data);
    }

    @Override
    public NDList toList(ModelOutput output) {
        return new NDList();
    }

    @Override
    public List<LayerSite> sites() {
        return sites;
    }

    @Override
    public Map<String, Parameter> parameters() {
        return ModuleTree.parameters(this);
    }

    @Override
    public ModelInfo info() {
        return info;
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            @Nullable PairList<String, Object> params) {
        throw new UnsupportedOperationException("Call it as a base model.");
    }

    @Override
    public void close() {
        manager.close();
    }
}
