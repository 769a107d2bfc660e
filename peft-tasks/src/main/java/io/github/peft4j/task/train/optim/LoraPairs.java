package io.github.peft4j.task.train.optim;

import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.PeftModel;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.util.Map;

/** The pairs of matrices that a model's active LoRA adapters train. */
final class LoraPairs {

    private static final String A = ".lora_A.weight";
    private static final String B = ".lora_B.weight";
    private static final String PREFIX = "base_model.model.";

    private LoraPairs() {}

    /**
     * A pair of a layer.
     *
     * @param a [r, in]
     * @param b [out, r]
     * @param scaling factor s on B A
     */
    record Pair(Parameter a, Parameter b, double scaling) {}

    /**
     * The pairs of linear layers, as PEFT's optimizers know them.
     *
     * @throws IllegalArgumentException if there are none
     */
    static ImmutableList<Pair> of(PeftModel model) {
        ImmutableList.Builder<Pair> pairs = ImmutableList.builder();
        for (String name : model.activeAdapters()) {
            if (model.peftConfig().get(name) instanceof LoraConfig config) {
                Map<String, Parameter> tensors = model.adapter(name).tensors();
                tensors.forEach(
                        (key, a) -> {
                            Parameter b = tensors.get(key.replace(A, B));
                            if (key.endsWith(A) && b != null && a.getShape().dimension() == 2) {
                                pairs.add(new Pair(a, b, scaling(config, key)));
                            }
                        });
            }
        }
        ImmutableList<Pair> all = pairs.build();
        if (all.isEmpty()) {
            throw new IllegalArgumentException(
                    "The active adapters "
                            + model.activeAdapters()
                            + " have no lora_A and lora_B of linear layers, which this optimizer is"
                            + " for. Activate a LoRA adapter, or leave the optimizer out.");
        }
        return all;
    }

    private static double scaling(PeftConfig config, String key) {
        LoraConfig lora = (LoraConfig) config;
        String path = key.substring(PREFIX.length(), key.length() - A.length());
        int rank = lora.ranks().find(path).orElse(lora.r());
        double alpha = lora.alphas().find(path).map(Number::doubleValue).orElse(lora.loraAlpha());
        return alpha / (lora.useRslora() ? Math.sqrt(rank) : rank);
    }
}
