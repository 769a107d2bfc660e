package io.github.peft4j.internal.combine;

import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.config.Bias;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.internal.runtime.AdapterInventory;
import io.github.peft4j.internal.text.Text;

/** Which adapters are changes of weights and nothing else. */
final class WeightChanges {

    private WeightChanges() {}

    /**
     * The config of such an adapter.
     *
     * @throws UnsupportedFeatureException for others, with what they are more
     */
    static LayerConfig require(String name, AdapterInventory.Entry entry) {
        AdapterSet set = entry.set();
        if (set.modelAdapter().isPresent() || !(entry.config() instanceof LayerConfig config)) {
            throw refused(name, entry, "acts around the whole model and not on weights", "");
        }
        if (config.bias() != Bias.NONE || !set.biases().isEmpty()) {
            throw refused(
                    name,
                    entry,
                    "trains biases of the base (bias is not 'none')",
                    ", or train it with bias 'none'");
        }
        if (!set.atParameters().isEmpty()) {
            throw refused(
                    name,
                    entry,
                    "acts at parameters that belong to no layer: "
                            + Text.of(
                                    set.atParameters().values().stream()
                                            .map(each -> each.name())
                                            .toList()),
                    "");
        }
        return config;
    }

    private static UnsupportedFeatureException refused(
            String name, AdapterInventory.Entry entry, String what, String orElse) {
        return new UnsupportedFeatureException(
                "Adapter '"
                        + name
                        + "' of method "
                        + entry.config().peftType()
                        + " "
                        + what
                        + ", which no pair of LoRA can express. Keep it as it is"
                        + orElse
                        + ".");
    }
}
