package io.github.peft4j.tuner.lora.kasa;

import com.google.common.base.Preconditions;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.tuner.NewLayer;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.layer.LoraLayer;
import io.github.peft4j.tuner.lora.layer.LoraVariant;
import io.github.peft4j.tuner.lora.option.KasaConfig;
import java.util.List;
import java.util.Map;

/**
 * KaSA: on linear layers whose weight is stored as [out, in], and with other KaSA adapters only.
 */
public final class KasaVariant implements LoraVariant {

    @Override
    public String option() {
        return KasaConfig.OPTION.key();
    }

    @Override
    public void check(LoraConfig config) {
        Preconditions.checkArgument(
                !config.initLoraWeights().changesBase(),
                "kasa_config is set and init_lora_weights is %s; both take parts out of the base's"
                        + " weights. Leave one of the two out.",
                config.initLoraWeights());
        Preconditions.checkArgument(
                !config.loraBias(),
                "kasa_config is set and lora_bias is true; KaSA has no bias. Leave one of the two"
                        + " out.");
    }

    @Override
    public void checkOthers(LoraConfig config, Map<String, LoraConfig> others) {
        others.forEach(
                (name, other) ->
                        Preconditions.checkArgument(
                                isOn(config) == isOn(other),
                                "KaSA (kasa_config) leaves parts of the base's weights out and"
                                        + " cannot be combined with adapters that need them: the"
                                        + " new adapter %s it and '%s' %s. Delete '%s' first.",
                                isOn(config) ? "uses" : "does not use",
                                name,
                                isOn(other) ? "does" : "does not",
                                name));
    }

    @Override
    public Adapter linear(LoraLayer layer) {
        NewLayer site = layer.layer();
        if (site.kind() == LayerKind.CONV1D_TRANSPOSED) {
            throw layer.refuse(option(), "stored as [in, out] (fan_in_fan_out, Conv1D)");
        }
        long parts = Math.min(site.in(), site.out());
        site.require(
                layer.rank() < parts,
                "r",
                layer.rank(),
                "smaller than min(in_features, out_features), "
                        + parts
                        + ", so that KaSA leaves a part of the weight");
        SmallestParts noise = new SmallestParts(layer);
        return new KasaLinear(
                layer.linear(),
                site.trained("lora_diag", site.normal(1, layer.rank())),
                site.companion("kasa_A0", noise.right(), false),
                site.companion("kasa_B0", noise.left(), false));
    }

    @Override
    public void complete(LoraConfig config, AdapterSetBuilder set, List<Adapter> layers) {
        set.addPenalty(new KasaPenalty(layers, config.kasaConfig().orElseThrow()));
    }
}
