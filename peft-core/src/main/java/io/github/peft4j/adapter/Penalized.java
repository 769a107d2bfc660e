package io.github.peft4j.adapter;

import ai.djl.ndarray.NDArray;

/** Adds a term to the training loss. */
public interface Penalized {

    /** The term, a scalar in the pass's manager. */
    NDArray penalty(AdapterPass pass);

    /**
     * Whether it belongs to the loss that the model computes from labels. If not, only a trainer
     * adds it, as PEFT leaves that to the training.
     */
    default boolean isOfModel() {
        return true;
    }
}
