package io.github.peft4j.testkit;

import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.config.PeftConfig;

/** What a method says of itself to {@link TunerContract}. */
abstract class TunerTraits {

    /**
     * A config for the layers {@code table}, {@code up} and {@code down}, or those it can adapt.
     */
    protected abstract PeftConfig config();

    /** The config of a second adapter; another one where two may not train side by side. */
    protected PeftConfig secondConfig() {
        return config();
    }

    /** The keys of the file on our layers, as PEFT writes them. */
    protected abstract ImmutableSet<String> keysOnOurLayers();

    /** Whether a fresh adapter changes nothing; an adapter that may not says so. */
    protected boolean startsAsIdentity() {
        return true;
    }

    /** What rounding may change where a fresh adapter changes nothing; usually not a bit. */
    protected double roundingAtStart() {
        return 0;
    }

    /** Whether the method can adapt DJL's own linear and norm layers. */
    protected boolean fitsStockLayers() {
        return true;
    }

    /** Whether two adapters of this config exclude each other. */
    protected boolean takesTurns() {
        return false;
    }

    /** Whether two adapters compute the same merged as active; PEFT's OFT does not. */
    protected boolean mergesPairsExactly() {
        return true;
    }

    /** Gives trained tensors numbers that make every part of the adapter act. */
    protected void train(AdapterSet set, NDManager scratch) {
        set.trainable().forEach(p -> Tensors.fill(p, scratch.randomNormal(p.getShape()), 0.4));
    }
}
