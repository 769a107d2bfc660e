package io.github.peft4j.tuner.lokr;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.tuner.lycoris.LycorisDropout;

/**
 * How strongly a layer's change acts.
 *
 * @param scaling alpha/r
 * @param dropout what is left out by chance while training
 * @param rescale whether outputs that are not dropped are divided by their share
 */
record LoKrStrength(double scaling, LycorisDropout dropout, boolean rescale) {

    double scale(AdapterPass pass) {
        return scaling * dropout.moduleFactor(pass);
    }

    NDArray outputs(NDArray outputs, AdapterPass pass) {
        return dropout.outputs(outputs, rescale, pass);
    }

    NDArray rows(NDArray change, AdapterPass pass) {
        return dropout.rows(change, rescale, pass);
    }
}
