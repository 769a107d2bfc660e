package io.github.peft4j.tuner.ptuning;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;

/** Makes virtual tokens of a trained table. */
@FunctionalInterface
interface PromptEncoder {

    /** Rows [n, H] of a table [n, H]. */
    NDArray encode(AdapterPass pass, NDArray table);
}
