package io.github.peft4j.tuner.lntuning;

import ai.djl.nn.Parameter;
import com.google.auto.service.AutoService;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.config.PeftMethod;
import io.github.peft4j.matching.DefaultTargets;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.tuner.InitialValue;
import io.github.peft4j.tuner.LayerTuner;
import java.util.EnumSet;
import java.util.List;

/** LN tuning: puts a trained copy in the place of each matched layer, a norm by default. */
@AutoService(PeftMethod.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class LNTuningTuner extends LayerTuner<LNTuningConfig> {

    static final DefaultTargets NORMS = norms();

    private static final LayerKind[] EVERY_LAYER =
            EnumSet.complementOf(EnumSet.of(LayerKind.OTHER)).toArray(LayerKind[]::new);

    /** For {@code ServiceLoader}. */
    public LNTuningTuner() {
        super(LNTuningConfig.TYPE, NORMS, EVERY_LAYER);
    }

    private static DefaultTargets norms() {
        DefaultTargets.Table table = DefaultTargets.table();
        table.names("input_layernorm", "post_attention_layernorm", "norm")
                .of("llama", "mistral", "gemma");
        table.names(
                        "input_layernorm",
                        "post_attention_layernorm",
                        "pre_feedforward_layernorm",
                        "post_feedforward_layernorm",
                        "norm")
                .of("gemma2", "gemma3_text");
        table.names("input_layernorm", "post_attention_layernorm", "ln_f").of("bloom", "falcon");
        table.names("post_attention_layernorm").of("qwen2", "qwen3");
        table.names("input_layernorm", "final_layernorm").of("phi");
        table.names("layer_norm", "final_layer_norm").of("t5", "mt5");
        table.names("self_attn_layer_norm", "encoder_attn_layer_norm", "final_layer_norm")
                .of("bart");
        table.names("ln_1", "ln_2", "ln_f").of("gpt2");
        table.names("ln_1", "ln_f").of("gptj");
        table.names("layernorm", "LayerNorm", "final_layer_norm", "self_attn_layer_norm")
                .of("blip-2");
        table.names(
                        "multi_modal_projector",
                        "input_layernorm",
                        "post_attention_layernorm",
                        "norm",
                        "embed_tokens",
                        "lm_head")
                .of("llava");
        return table.build();
    }

    @Override
    protected LayerAdapters prepare(
            LNTuningConfig config, AdapterSetBuilder set, List<LayerSite> sites) {
        set.optExclusive(true);
        return site -> {
            Parameter bias = site.bias();
            return new LNTuningCopy(
                    site,
                    InitialValue.copyOf(site.requireWeight()).trained("ln_tuning_weight"),
                    bias == null ? null : InitialValue.copyOf(bias).trained("ln_tuning_bias"));
        };
    }
}
