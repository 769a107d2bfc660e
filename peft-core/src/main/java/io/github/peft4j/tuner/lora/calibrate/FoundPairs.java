package io.github.peft4j.tuner.lora.calibrate;

import ai.djl.ndarray.NDManager;
import io.github.peft4j.tuner.lora.start.BaseShare;
import io.github.peft4j.tuner.lora.start.LoraInitializer;
import io.github.peft4j.tuner.lora.start.StartLayer;
import java.util.Map;

/** Starts that were computed layer by layer; layers that were not watched begin as the identity. */
final class FoundPairs implements LoraInitializer {

    private final String name;
    private final BaseShare share;
    private final Map<String, ? extends Found> layers;

    /** What was computed for a layer. */
    @FunctionalInterface
    interface Found {
        /** The pair for the layer's scale. */
        Pair at(NDManager manager, StartLayer layer);
    }

    /**
     * Pairs by the layers' paths.
     *
     * @param name the start's value of {@code init_lora_weights}
     * @param share what of the base is in the pairs
     */
    FoundPairs(String name, BaseShare share, Map<String, ? extends Found> layers) {
        this.name = name;
        this.share = share;
        this.layers = Map.copyOf(layers);
    }

    @Override
    public BaseShare baseShare() {
        return share;
    }

    @Override
    public Pair create(NDManager manager, StartLayer layer) {
        Found found = layers.get(layer.path());
        if (found != null) {
            return found.at(manager, layer);
        }
        if (share == BaseShare.NONE) {
            return LoraInitializer.kaiming().create(manager, layer);
        }
        throw new IllegalArgumentException(
                "The calibration for "
                        + name
                        + " has not seen the layer "
                        + layer.path()
                        + ". Run LoraCalibration on this base with this config.");
    }

    @Override
    public Pair create(NDManager manager, long in, long out, int rank) {
        return LoraInitializer.kaiming().create(manager, in, out, rank);
    }
}
