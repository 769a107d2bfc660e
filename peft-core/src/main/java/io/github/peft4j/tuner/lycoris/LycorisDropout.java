package io.github.peft4j.tuner.lycoris;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.config.OptionChecks;
import io.github.peft4j.ops.Deltas;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is left out by chance while training.
 *
 * @param rank probability that a row of the change of weight, and so an output, is dropped; in [0,
 *     1); default 0
 * @param module probability that a layer goes without the adapter in a pass; in [0, 1); default 0
 */
public record LycorisDropout(Number rank, Number module) {

    /** PEFT's defaults. */
    public static final LycorisDropout NONE = new LycorisDropout(0.0, 0.0);

    /** Checks the values. */
    public LycorisDropout {
        rank = OptionChecks.dropout("rank_dropout", rank);
        module = OptionChecks.dropout("module_dropout", module);
    }

    /** Whether outputs are dropped in this pass. */
    public boolean dropsOutputs(AdapterPass pass) {
        return pass.training() && rank.doubleValue() > 0;
    }

    /** 1, or 0 where a layer goes without the adapter; drawn anew at each call while training. */
    public double moduleFactor(AdapterPass pass) {
        double p = module.doubleValue();
        if (!pass.training() || p == 0) {
            return 1;
        }
        try (NDArray drawn = pass.scope().randomUniform(0, 1, new Shape(1))) {
            return drawn.getFloat() > p ? 1 : 0;
        }
    }

    /**
     * Drops outputs.
     *
     * @param outputs what is added to a layer's output [..., out]
     * @param rescale whether the others are divided by the share of those that are left
     */
    public NDArray outputs(NDArray outputs, boolean rescale, AdapterPass pass) {
        return dropsOutputs(pass) ? Deltas.dropLast(outputs, rank.doubleValue(), rescale) : outputs;
    }

    /**
     * Drops rows.
     *
     * @param change a change of weight [out, in]
     * @param rescale as for {@link #outputs}
     */
    public NDArray rows(NDArray change, boolean rescale, AdapterPass pass) {
        return dropsOutputs(pass) ? Deltas.dropFirst(change, rank.doubleValue(), rescale) : change;
    }

    /** Puts the fields under their JSON keys. */
    public void putInto(Map<String, @Nullable Object> json) {
        json.put("rank_dropout", rank);
        json.put("module_dropout", module);
    }
}
