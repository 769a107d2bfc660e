package io.github.peft4j.tuner.miss;

import com.google.auto.service.AutoService;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.config.PeftMethod;
import io.github.peft4j.matching.DefaultTargets;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.tuner.InitialValue;
import io.github.peft4j.tuner.LayerTuner;
import io.github.peft4j.tuner.NewLayer;

/** MiSS: puts a block of trained numbers at each matched linear layer. */
@AutoService(PeftMethod.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class MissTuner extends LayerTuner<MissConfig> {

    /** For {@code ServiceLoader}. */
    public MissTuner() {
        super(MissConfig.TYPE, DefaultTargets.LORA, LayerKind.LINEAR);
    }

    @Override
    protected Adapter adapter(MissConfig config, NewLayer layer) {
        int r = config.r();
        long in = layer.in();
        long out = layer.out();
        layer.require(r <= in, "r", r, "at most in_features = " + in);
        return switch (config.initWeights()) {
            case TRUE -> linear(config, layer, layer.zeros(r, out));
            case FALSE -> linear(config, layer, layer.uniform(1 / Math.sqrt((double) out), r, out));
            case MINI -> {
                int width = config.miniR();
                layer.require(
                        out % width == 0, "mini_r", width, "a divisor of out_features = " + out);
                yield linear(config, layer, layer.zeros(r, width));
            }
            case BAT -> {
                String rule = "a divisor of the weight's [%s, %s] with init_weights \"bat\"";
                layer.require(out % r == 0 && in % r == 0, "r", r, rule.formatted(out, in));
                yield new MissBat(layer.trained("miss_block", layer.zeros(out / r, r, r)));
            }
        };
    }

    private static MissLinear linear(MissConfig config, NewLayer layer, InitialValue block) {
        return new MissLinear(
                layer.trained("miss_block", block),
                layer.out(),
                layer.dropout("miss_dropout", config.missDropout()));
    }
}
