package io.github.peft4j.tuner.lora.combine;

import ai.djl.nn.Parameter;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.tuner.lora.InitLoraWeights;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.util.List;
import java.util.Optional;

/** Which LoRA may take another's place: one of the same form, whatever its rank. */
public final class HotSwap {

    /** What decides how tensors act and is not told by them; PEFT compares the first four. */
    private static final ImmutableList<String> EQUAL =
            ImmutableList.of(
                    "use_rslora",
                    "lora_dropout",
                    "alpha_pattern",
                    "use_dora",
                    "lora_bias",
                    "use_bdlora",
                    "kasa_config",
                    "velora_config",
                    "monteclora_config",
                    "arrow_config",
                    "alora_invocation_tokens",
                    "layer_replication");

    private HotSwap() {}

    /** The first config with the ranks and the strength of the second. */
    public static LoraConfig swapped(String name, LoraConfig now, LoraConfig next) {
        EQUAL.forEach(key -> requireEqual(name, key, now, next));
        for (LoraConfig config : List.of(now, next)) {
            Preconditions.checkArgument(
                    !config.initLoraWeights().changesBase(),
                    "init_lora_weights is %s, a start that takes a part out of the base: the tensors"
                            + " of such an adapter do not fit the place of another ('%s'). Save it"
                            + " as plain LoRA (optConvertStart), and load that.",
                    config.initLoraWeights(),
                    name);
        }
        return now.toBuilder()
                .optInitLoraWeights(InitLoraWeights.TRUE)
                .optR(next.r())
                .optLoraAlpha(next.loraAlpha())
                .optRankPattern(next.rankPattern())
                .build(warning -> {});
    }

    private static void requireEqual(String name, String key, LoraConfig now, LoraConfig next) {
        Option<?> option = LoraConfig.TYPE.option(key).orElseThrow();
        Optional<?> here = now.find(option);
        Optional<?> there = next.find(option);
        Preconditions.checkArgument(
                here.equals(there),
                "%s is %s for adapter '%s' and %s for the one that is to take its place; both must"
                        + " have the same for a hot swap. Load the new one under a name of its own.",
                key,
                here.map(Object::toString).orElse("null"),
                name,
                there.map(Object::toString).orElse("null"));
    }

    /**
     * Pairs begin at zero; lengths, as DoRA has them, begin at the base's, which change nothing.
     */
    public static void silence(AdapterSet set, List<String> missing) {
        for (String key : missing) {
            Parameter tensor = set.tensors().get(key);
            if (tensor != null && !key.contains("lora_magnitude")) {
                tensor.setInitializer((manager, shape, type) -> manager.zeros(shape, type));
            }
        }
    }
}
