package io.github.peft4j.tuner.lycoris;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.ops.DeltaOps;

/**
 * How strongly a layer's change acts, and what of it is left out by chance while training.
 *
 * @param scaling alpha/r
 * @param rankDropout probability that a row of the change of weight, and so an output, is dropped
 * @param moduleDropout probability that the layer goes without the adapter in a pass
 * @param rescale whether outputs that are not dropped are divided by their share
 */
public record LycorisStrength(
        double scaling, double rankDropout, double moduleDropout, boolean rescale) {

    /** Whether outputs are dropped in this pass. */
    public boolean dropsOutputs(AdapterPass pass) {
        return pass.training() && rankDropout > 0;
    }

    /**
     * The factor on the change: alpha/r, or 0 where the layer goes without the adapter, which is
     * drawn at each call while training.
     */
    public double scale(AdapterPass pass) {
        if (!pass.training() || moduleDropout == 0) {
            return scaling;
        }
        try (NDArray drawn = pass.scope().randomUniform(0, 1, new Shape(1))) {
            return drawn.getFloat() > moduleDropout ? scaling : 0;
        }
    }

    /**
     * Drops outputs.
     *
     * @param outputs what is added to a layer's output [..., out]
     */
    public NDArray outputs(NDArray outputs, AdapterPass pass) {
        return dropsOutputs(pass) ? DeltaOps.dropLast(outputs, rankDropout, rescale) : outputs;
    }

    /**
     * Drops rows.
     *
     * @param change a change of weight [out, in]
     */
    public NDArray rows(NDArray change, AdapterPass pass) {
        return dropsOutputs(pass) ? DeltaOps.dropFirst(change, rankDropout, rescale) : change;
    }
}
