package io.github.peft4j.internal.combine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.peft4j.adapter.AdaptableLayer;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.ops.HeldNumbers;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.ops.combine.LowRankParts;
import io.github.peft4j.ops.frozen.LowRank;

/**
 * What an adapter makes of a layer's weight, as a change \(\Delta\) of it.
 *
 * @param site the layer
 * @param adapter acts there
 */
record LayerChange(LayerSite site, WeightAdapter adapter) {

    /** From here on two changes of one weight, computed in two ways, are not the same. */
    private static final double ROUNDING = 1e-5;

    /**
     * What an adapter changes at a layer.
     *
     * @param name what errors call the adapter
     * @throws UnsupportedFeatureException if it is no change of the weight
     */
    static LayerChange of(String name, LayerSite site, Adapter adapter) {
        if (adapter instanceof WeightAdapter weight) {
            return new LayerChange(site, weight);
        }
        throw new UnsupportedFeatureException(
                "Adapter '"
                        + name
                        + "' acts at "
                        + site.path()
                        + " on the layer's inputs or outputs and has no weight form"
                        + " (it cannot be merged either), so there is no change of weight to"
                        + " bring into LoRA. Keep it as it is.");
    }

    /**
     * The singular parts of the change, in the orientation in which weights are given to adapters.
     *
     * @throws UnsupportedFeatureException if the adapter also changes the bias
     */
    LowRankParts parts(NDManager scratch) {
        AdapterPass pass = AdapterPass.bare(scratch, false);
        refuseBias(scratch, pass);
        NDArray frozen = frozen(scratch);
        LowRank product = adapter.lowRankChange(frozen, pass);
        return product == null
                ? LowRankParts.of(change(frozen, pass))
                : LowRankParts.ofProduct(
                        Ops.scale(product.b(), product.scale()), Ops.scale(product.a(), 1));
    }

    /**
     * The adapter's own pair.
     *
     * @param frozen {@link #frozen}
     * @throws UnsupportedFeatureException if its change is no product of two thin matrices
     */
    LowRank pair(String name, NDArray frozen) {
        LowRank pair = adapter.lowRankChange(frozen, AdapterPass.bare(frozen.getManager(), false));
        if (pair == null) {
            throw new UnsupportedFeatureException(
                    "Adapter '"
                            + name
                            + "' changes the weight of "
                            + site.path()
                            + " by more than a product of A and B. Bring it into plain LoRA first"
                            + " (convertToLora, saveAsLora).");
        }
        return pair;
    }

    /** The base's weight in the orientation in which adapters get it: [out, in]. */
    NDArray frozen(NDManager scratch) {
        NDArray weight = HeldNumbers.detached(site.requireWeight().getArray());
        weight.attach(scratch);
        return AdaptableLayer.matrix(site.block(), weight);
    }

    /**
     * The difference of two weights is rounded at the size of the weights. What is added to every
     * weight alike is added to zero too, without that loss.
     */
    private NDArray change(NDArray frozen, AdapterPass pass) {
        NDArray difference = adapter.weight(frozen, frozen, pass).sub(frozen);
        NDArray added = adapter.weight(frozen.zerosLike(), frozen, pass);
        double gap = norm(added.sub(difference));
        return gap <= ROUNDING * norm(frozen) ? added : difference;
    }

    private static double norm(NDArray x) {
        return x.norm().toFloatArray()[0];
    }

    private void refuseBias(NDManager scratch, AdapterPass pass) {
        NDArray bias = null;
        if (site.bias() != null) {
            bias = HeldNumbers.detached(site.bias().getArray());
            bias.attach(scratch);
        }
        if (adapter.bias(bias, pass) != bias) {
            throw new UnsupportedFeatureException(
                    "At "
                            + site.path()
                            + " the adapter changes the bias too, and a pair of LoRA changes the"
                            + " weight alone. Merge the adapter (mergeAndUnload).");
        }
    }
}
