package io.github.peft4j.adapter;

import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ModelInfo;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.model.ModuleTree;
import java.util.List;
import java.util.Map;

/**
 * Any DJL block as a base model: arrays go in and come out in the block's own order, and layers are
 * reached through the weights they read.
 */
public final class BlockModel implements BaseModel {

    private final Block block;
    private final List<LayerSite> sites;
    private final Map<String, Parameter> parameters;
    private final ModelInfo info;

    /**
     * Wraps an initialized block.
     *
     * @throws IllegalArgumentException if the block has no arrays yet
     */
    public BlockModel(Block block) {
        this.block = block;
        sites = ModuleTree.sites(block);
        parameters = ModuleTree.parameters(block);
        for (String name : parameters.keySet()) {
            if (!parameters.get(name).isInitialized()) {
                throw new IllegalArgumentException(
                        "Parameter "
                                + name
                                + " of the base block has no array. Initialize or load the block"
                                + " (block.initialize(manager, DataType.FLOAT32, shapes)) before it"
                                + " is adapted.");
            }
        }
        info =
                new ModelInfo(
                        block.getClass().getSimpleName(),
                        block.getClass().getPackageName(),
                        null,
                        null,
                        null,
                        null,
                        ImmutableMap.of());
    }

    @Override
    public Block block() {
        return block;
    }

    @Override
    public ModelOutput forward(ModelInput input, AdapterPass pass) {
        return ModelOutput.positional(block.forward(pass, input.toList(), pass.training()));
    }

    @Override
    public ModelInput toInput(NDList data, NDList labels) {
        return ModelInput.positional(data);
    }

    @Override
    public NDList toList(ModelOutput output) {
        return new NDList(output.arrays().values());
    }

    @Override
    public List<LayerSite> sites() {
        return sites;
    }

    @Override
    public Map<String, Parameter> parameters() {
        return parameters;
    }

    @Override
    public ModelInfo info() {
        return info;
    }
}
