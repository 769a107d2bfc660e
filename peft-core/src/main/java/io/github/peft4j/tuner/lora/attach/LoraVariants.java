package io.github.peft4j.tuner.lora.attach;

import com.google.common.base.Joiner;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.alora.ActivatedVariant;
import io.github.peft4j.tuner.lora.arrow.ArrowVariant;
import io.github.peft4j.tuner.lora.bdlora.BdLoraVariant;
import io.github.peft4j.tuner.lora.dora.DoraVariant;
import io.github.peft4j.tuner.lora.kasa.KasaVariant;
import io.github.peft4j.tuner.lora.layer.LoraVariant;
import io.github.peft4j.tuner.lora.layer.PlainLora;
import io.github.peft4j.tuner.lora.monteclora.MontecloraVariant;
import io.github.peft4j.tuner.lora.velora.VeloraVariant;
import java.util.List;
import java.util.Map;

/** The variants of LoRA that this version knows. */
final class LoraVariants {

    private static final ImmutableList<LoraVariant> ALL =
            ImmutableList.of(
                    new DoraVariant(),
                    new BdLoraVariant(),
                    new KasaVariant(),
                    new VeloraVariant(),
                    new MontecloraVariant(),
                    new ActivatedVariant(),
                    new ArrowVariant());

    static final LoraVariant PLAIN = new PlainLora();

    private LoraVariants() {}

    /**
     * The variant that a config asks for.
     *
     * @throws IllegalArgumentException if it asks for several, or the variant refuses the config
     */
    static LoraVariant of(LoraConfig config) {
        List<LoraVariant> on = ALL.stream().filter(variant -> variant.isOn(config)).toList();
        Preconditions.checkArgument(
                on.size() < 2,
                "%s are set together; one variant of LoRA can act in an adapter. Leave all but one"
                        + " out.",
                Joiner.on(" and ").join(on.stream().map(LoraVariant::option).toList()));
        LoraVariant variant = on.isEmpty() ? PLAIN : on.get(0);
        variant.check(config);
        return variant;
    }

    /** What every variant warns of among the adapters of one model. */
    static List<String> warningsAmong(LoraConfig config, Map<String, LoraConfig> others) {
        return ALL.stream()
                .flatMap(variant -> variant.warningsAmong(config, others).stream())
                .toList();
    }

    /** Refuses what a variant does not bear among the adapters of one model. */
    static void checkOthers(LoraConfig config, Map<String, LoraConfig> others) {
        ALL.forEach(variant -> variant.checkOthers(config, others));
    }
}
