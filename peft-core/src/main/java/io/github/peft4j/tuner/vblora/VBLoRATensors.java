package io.github.peft4j.tuner.vblora;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.ops.DeltaOps;

/**
 * A layer's logits and the bank that they choose from.
 *
 * @param a logits [r, in / v, n]
 * @param b logits [out / v, r, n]
 * @param bank [n, v]
 * @param topk k, how many vectors of the bank make one of the layer
 * @param onlyChosenSaved whether a file holds the k largest logits alone
 */
record VBLoRATensors(Parameter a, Parameter b, Parameter bank, int topk, boolean onlyChosenSaved) {

    /** The layer's logits by suffix. */
    ImmutableMap<String, Parameter> logits() {
        return ImmutableMap.of("vblora_logits_A", a, "vblora_logits_B", b);
    }

    /** Those that a file holds as they are. */
    ImmutableMap<String, Parameter> inFile() {
        return onlyChosenSaved ? ImmutableMap.of() : logits();
    }

    /**
     * The numbers of a pass.
     *
     * @throws IllegalStateException if there are too few vectors, or logits train that came from a
     *     file of the largest ones
     */
    DeltaOps.Vectors read(AdapterPass pass) {
        long vectors = bank.getArray().getShape().get(0);
        if (topk > vectors) {
            throw new IllegalStateException(
                    "topk is "
                            + topk
                            + ", but there are only "
                            + vectors
                            + " vectors to choose from. Set topk to 2, or num_vectors higher.");
        }
        NDArray logits = pass.value(a);
        if (pass.training() && logits.get(0).get(0).isInfinite().any().getBoolean()) {
            throw new IllegalStateException(
                    "This VB-LoRA adapter was saved with save_only_topk_weights, so its file holds"
                            + " no more than the chosen logits, and choosing cannot be trained on."
                            + " Train an adapter that was saved without save_only_topk_weights.");
        }
        return new DeltaOps.Vectors(logits, pass.value(b), pass.value(bank), topk);
    }
}
