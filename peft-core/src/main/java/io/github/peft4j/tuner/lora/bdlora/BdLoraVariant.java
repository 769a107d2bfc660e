package io.github.peft4j.tuner.lora.bdlora;

import com.google.common.base.Preconditions;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.tuner.InitialValue;
import io.github.peft4j.tuner.NewLayer;
import io.github.peft4j.tuner.lora.layer.LoraLayer;
import io.github.peft4j.tuner.lora.layer.LoraLinear;
import io.github.peft4j.tuner.lora.layer.LoraTensors;
import io.github.peft4j.tuner.lora.layer.LoraVariant;
import io.github.peft4j.tuner.lora.option.BdLoraConfig;
import java.util.List;

/** BD-LoRA: on linear layers whose name holds one of the parts that the config lists. */
public final class BdLoraVariant implements LoraVariant {

    @Override
    public String option() {
        return BdLoraConfig.OPTION.key();
    }

    @Override
    public Adapter linear(LoraLayer layer) {
        BdLoraConfig settings = layer.config().useBdlora().orElseThrow();
        NewLayer site = layer.layer();
        boolean inA = names(settings.targetModulesBdA(), site.path());
        boolean inB = names(settings.targetModulesBdB(), site.path());
        Preconditions.checkArgument(
                !inA || !inB,
                "Target %s matches target_modules_bd_a and target_modules_bd_b, by parts of its"
                        + " name; one factor can be block-diagonal. Make the parts longer.",
                site.path());
        Preconditions.checkArgument(
                inA || inB || !settings.matchStrict(),
                "Target %s matches neither target_modules_bd_a %s nor target_modules_bd_b %s of"
                        + " use_bdlora, and match_strict is true. Add it to one of them, or set"
                        + " match_strict false to give it plain LoRA.",
                site.path(),
                settings.targetModulesBdA(),
                settings.targetModulesBdB());
        LoraTensors whole = layer.linear();
        if (inA) {
            int blocks = blocks(layer, site.in(), "features that go in, ");
            long width = site.in() / blocks;
            InitialValue start = site.uniform(Math.sqrt(6.0 / width), layer.rank(), width);
            return new BlockDiagonalLinear(
                    new LoraTensors(
                            site.trained("lora_A_weight", start),
                            whole.b(),
                            whole.bias(),
                            whole.scaling(),
                            whole.dropout()),
                    blocks,
                    1);
        }
        if (inB) {
            int blocks = blocks(layer, site.out(), "features that come out, ");
            site.require(
                    !layer.config().loraBias(),
                    "lora_bias",
                    true,
                    "false, as a block-diagonal B has no bias");
            InitialValue start = site.zeros(site.out(), layer.rank() / blocks);
            return new BlockDiagonalLinear(
                    new LoraTensors(
                            whole.a(),
                            site.trained("lora_B_weight", start),
                            null,
                            whole.scaling(),
                            whole.dropout()),
                    1,
                    blocks);
        }
        return new LoraLinear(whole);
    }

    private static int blocks(LoraLayer layer, long features, String what) {
        int blocks = layer.config().useBdlora().orElseThrow().nblocks();
        layer.layer()
                .require(
                        blocks > 0 && layer.rank() % blocks == 0 && features % blocks == 0,
                        "use_bdlora.nblocks",
                        blocks,
                        "a divisor of r, " + layer.rank() + ", and of the " + what + features);
        return blocks;
    }

    private static boolean names(List<String> parts, String path) {
        return parts.stream().anyMatch(path::contains);
    }
}
