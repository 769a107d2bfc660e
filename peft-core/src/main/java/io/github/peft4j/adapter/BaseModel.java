package io.github.peft4j.adapter;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.model.CheckpointOrigin;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ModelInfo;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.model.ParameterUse;
import io.github.peft4j.model.ResizedTables;
import io.github.peft4j.precision.Precision;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The model under the adapters: its modules by dotted name, its parameters by checkpoint key, and
 * how to call it. A transformer of peft-tasks is one; {@link BlockModel} makes one of any DJL
 * block.
 */
public interface BaseModel {

    /** The block that holds the layers. */
    Block block();

    /**
     * Calls the model.
     *
     * @param pass where layers read their weights and find their adapters; says whether dropout
     *     acts
     */
    ModelOutput forward(ModelInput input, AdapterPass pass);

    /**
     * Maps a DJL list of arrays onto named inputs, in this model's documented order.
     *
     * @param labels labels for the loss; empty for none
     */
    ModelInput toInput(NDList data, NDList labels);

    /** The main result alone, as DJL's losses and translators expect it. */
    NDList toList(ModelOutput output);

    /** All modules in the order of the checkpoint, containers included. */
    List<LayerSite> sites();

    /** All parameters by checkpoint key, in order. */
    Map<String, Parameter> parameters();

    /**
     * Whether adapters add their terms to its loss: PEFT adds to that of a transformer, and not to
     * what a plain network calls its loss.
     */
    default boolean takesPenalties() {
        return info().modelType() != null;
    }

    /**
     * Those of {@link #parameters} that PyTorch calls buffers: saved with the model, never trained,
     * not counted.
     */
    default Set<Parameter> buffers() {
        return ImmutableSet.of();
    }

    /** Where the weights are; adapters are made there. */
    default Device device() {
        return parameters().values().stream()
                .findFirst()
                .map(parameter -> parameter.getArray().getDevice())
                .orElse(Device.cpu());
    }

    /**
     * Parameters that take the place of those which the blocks hold, by where they are read: the
     * weights of a merged model. {@link #sites} and {@link #parameters} show them already.
     */
    default Map<ParameterUse, Parameter> substitutes() {
        return ImmutableMap.of();
    }

    /**
     * A model of the same weights whose layers come in another order, some of them several times:
     * each has a place of its own for adapters, and none has a weight of its own. This model must
     * stay open as long as the other is used.
     *
     * @param order numbers of this model's layers, from 0
     * @throws IllegalArgumentException if there is no such layer
     * @throws UnsupportedFeatureException if the model has no list of layers
     */
    default BaseModel withLayers(List<Integer> order) {
        throw new UnsupportedFeatureException(
                "layer_replication needs a transformer with one list of layers, and "
                        + info().className()
                        + " is none that this library has loaded. Load the base with"
                        + " Transformers.load, or leave layer_replication out.");
    }

    /** The layers of another model that this one is made of; empty if it is made of none. */
    default List<Integer> layerOrder() {
        return ImmutableList.of();
    }

    /** How the weights of its layers are held. */
    default Precision precision() {
        return Precision.FLOAT32;
    }

    /** Facts from the checkpoint's configuration. */
    ModelInfo info();

    /** Names of the labels, in the order of the head's outputs; empty where there are none. */
    default List<String> labels() {
        return ImmutableList.of();
    }

    /**
     * Parameters of the head that the checkpoint lacks, by name: random until they are trained, or
     * replaced by an adapter that saves them whole.
     */
    default Map<String, Parameter> freshParameters() {
        return ImmutableMap.of();
    }

    /** The token tables that have another number of rows than in the checkpoint. */
    default ResizedTables resizedTables() {
        return ResizedTables.NONE;
    }

    /** The checkpoint that it was loaded from, if it was. */
    default Optional<CheckpointOrigin> origin() {
        return Optional.empty();
    }
}
