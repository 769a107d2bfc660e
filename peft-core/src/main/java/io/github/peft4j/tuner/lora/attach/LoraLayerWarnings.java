package io.github.peft4j.tuner.lora.attach;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.tuner.ConvolutionShape;
import io.github.peft4j.tuner.lora.InitLoraWeights;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is odd about a config for the layers it has matched; PEFT warns of the same. */
final class LoraLayerWarnings {

    private LoraLayerWarnings() {}

    static ImmutableList<String> about(LoraConfig config, List<LayerSite> adapted) {
        ImmutableList.Builder<String> warnings = ImmutableList.builder();
        String orientation = orientation(config, adapted);
        if (orientation != null) {
            warnings.add(orientation);
        }
        warnings.addAll(start(config, adapted));
        if (config.loraBias()) {
            warnings.addAll(withoutBias(adapted));
        }
        warnings.addAll(grouped(adapted));
        return warnings.build();
    }

    private static ImmutableList<String> start(LoraConfig config, List<LayerSite> adapted) {
        InitLoraWeights start = config.initLoraWeights();
        if (start.is("lora_ga") && config.inferenceMode()) {
            return ImmutableList.of(
                    "init_lora_weights is lora_ga, a start that changes the base's weights. An"
                            + " adapter from Python cannot repeat that, here as in PEFT: outputs may"
                            + " differ from those in training. Save it in Python with"
                            + " path_initial_model_for_weight_conversion.");
        }
        if (start.is("eva") && start.custom() == null && !config.inferenceMode()) {
            return ImmutableList.of(
                    "init_lora_weights is eva, but no data have decided the start: A and B begin as"
                            + " with true. Run LoraCalibration on some batches first, and use the"
                            + " config that it gives; nothing of low_cpu_mem_usage is needed for"
                            + " that.");
        }
        if (start.is("olora")
                && adapted.stream().anyMatch(l -> l.kind() == LayerKind.CONV1D_TRANSPOSED)) {
            return ImmutableList.of(
                    "init_lora_weights is olora, and some weights are stored as [in, out]: they are"
                            + " decomposed as [out, in] here, while Python PEFT decomposes them as"
                            + " they are stored. Such an adapter works in one of the two only. Save"
                            + " it with optInitialAdapter, as plain LoRA, to exchange it.");
        }
        return ImmutableList.of();
    }

    /** The layers decide how weights lie; a config that says otherwise is corrected. */
    private static @Nullable String orientation(LoraConfig config, List<LayerSite> adapted) {
        for (LayerSite site : adapted) {
            boolean transposed = site.kind() == LayerKind.CONV1D_TRANSPOSED;
            if (site.kind().isLinear() && transposed != config.fanInFanOut()) {
                return "fan_in_fan_out is "
                        + config.fanInFanOut()
                        + ", but the weight of "
                        + site.path()
                        + (transposed ? " is stored as [in, out]" : " is stored as [out, in]")
                        + ". It is set to "
                        + transposed
                        + ".";
            }
        }
        return null;
    }

    private static ImmutableList<String> grouped(List<LayerSite> adapted) {
        for (LayerSite site : adapted) {
            if (site.kind() == LayerKind.CONVOLUTION
                    && ConvolutionShape.of(site).form().groups() > 1) {
                return ImmutableList.of(
                        "LoRA adapter added to "
                                + site.path()
                                + ", a convolution with groups > 1. Merging is not supported"
                                + " there.");
            }
        }
        return ImmutableList.of();
    }

    private static ImmutableList<String> withoutBias(List<LayerSite> adapted) {
        for (LayerSite site : adapted) {
            if (site.bias() == null) {
                return ImmutableList.of(
                        "lora_bias is true, but "
                                + site.path()
                                + " has no bias, so the adapter cannot be merged into it.");
            }
        }
        return ImmutableList.of();
    }
}
