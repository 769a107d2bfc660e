package io.github.peft4j.tuner.vblora;

import io.github.peft4j.target.DefaultTargets;

/** Which layers VB-LoRA adapts where a config does not say. */
final class VBLoRATargets {

    static final DefaultTargets TABLE = table();

    private VBLoRATargets() {}

    private static DefaultTargets table() {
        DefaultTargets.Table table = DefaultTargets.table();
        table.names("q", "k", "v", "o", "wi", "wo").of("t5");
        table.names("q", "k", "v", "o", "wi_0", "wi_1", "wo").of("mt5");
        table.names("q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2").of("bart", "opt");
        table.names("c_attn").of("gpt2", "gpt_bigcode");
        table.names("query_key_value").of("bloom", "gpt_neox");
        table.names("q_proj", "v_proj")
                .of("gptj", "gpt_neo", "llama", "llama4", "gemma", "gemma2", "gemma3_text")
                .of("qwen2", "qwen3");
        table.names("query", "value").of("bert", "roberta");
        table.names("query_proj", "key_proj", "value_proj", "dense").of("deberta-v2");
        table.names("in_proj").of("deberta");
        table.regex(".*language_model\\..*\\.(q_proj|v_proj)").of("gemma4");
        table.names("q_proj", "k_proj", "v_proj", "o_proj").of("nemotron_h");
        return table.build();
    }
}
