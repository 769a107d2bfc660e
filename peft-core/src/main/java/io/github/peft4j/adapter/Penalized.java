package io.github.peft4j.adapter;

import ai.djl.ndarray.NDArray;

/** Adds a term to the training loss. */
public interface Penalized {

    /** The term, a scalar in the pass's manager. */
    NDArray penalty(AdapterPass pass);
}
