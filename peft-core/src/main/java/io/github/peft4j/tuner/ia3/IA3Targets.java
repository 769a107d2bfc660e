package io.github.peft4j.tuner.ia3;

import io.github.peft4j.matching.DefaultTargets;
import org.jspecify.annotations.Nullable;

/** Which layers IA3 adapts, and which of them by their inputs, where a config does not say. */
final class IA3Targets {

    /** All adapted layers. */
    static final DefaultTargets ADAPTED = adapted();

    private static final DefaultTargets FEEDFORWARD = feedforward();

    private IA3Targets() {}

    private static DefaultTargets adapted() {
        DefaultTargets.Table table = DefaultTargets.table();
        table.names("k", "v", "wo").of("t5");
        table.names("k", "v", "wi_1").of("mt5");
        table.names("c_attn", "mlp.c_proj").of("gpt2", "gpt_bigcode");
        table.names("query_key_value", "mlp.dense_4h_to_h").of("bloom");
        table.names("key", "value", "output.dense").of("roberta", "bert");
        table.names("q_proj", "k_proj", "fc2").of("opt");
        table.names("q_proj", "v_proj", "fc_out").of("gptj");
        table.names("query_key_value", "dense_4h_to_h")
                .of("gpt_neox", "RefinedWebModel", "RefinedWeb", "falcon");
        table.names("q_proj", "v_proj", "c_proj").of("gpt_neo");
        table.names("q_proj", "v_proj", "fc2").of("bart", "phi");
        table.names("k_proj", "v_proj", "down_proj").of("llama", "mistral");
        table.names("k_proj", "v_proj", "w2").of("mixtral");
        table.names("q_proj", "v_proj", "down_proj")
                .of("llama4", "gemma", "gemma2", "gemma3_text", "qwen2", "qwen3");
        table.names("key_proj", "value_proj", "output.dense").of("deberta-v2");
        table.names("in_proj", "output.dense").of("deberta");
        return table.build();
    }

    private static DefaultTargets feedforward() {
        DefaultTargets.Table table = DefaultTargets.table();
        table.names("wo").of("t5");
        table.names().of("mt5");
        table.names("mlp.c_proj").of("gpt2", "gpt_bigcode");
        table.names("mlp.dense_4h_to_h").of("bloom");
        table.names("output.dense").of("roberta", "bert", "deberta-v2", "deberta");
        table.names("fc2").of("opt", "bart", "phi");
        table.names("fc_out").of("gptj");
        table.names("dense_4h_to_h").of("gpt_neox", "RefinedWebModel", "RefinedWeb", "falcon");
        table.names("c_proj").of("gpt_neo");
        table.names("down_proj")
                .of("llama", "mistral", "llama4", "gemma", "gemma2", "gemma3_text")
                .of("qwen2", "qwen3");
        table.names("w2").of("mixtral");
        return table.build();
    }

    /** The config with targets and feed-forward layers, each from its table where it is silent. */
    static IA3Config complete(IA3Config config, @Nullable String modelType) {
        IA3Config.Builder complete =
                config.toBuilder().optTargets(ADAPTED.resolve(config.targets(), modelType));
        if (config.feedforwardModules().isEmpty()) {
            complete.feedforward(
                    FEEDFORWARD
                            .find(modelType)
                            .orElseThrow(
                                    () ->
                                            new IllegalArgumentException(
                                                    "feedforward_modules is not set, and there is"
                                                            + " no default for model_type "
                                                            + modelType
                                                            + ". Please specify"
                                                            + " feedforward_modules:"
                                                            + " optFeedforwardModules() for none,"
                                                            + " or with the names of the layers"
                                                            + " whose inputs are scaled.")));
        }
        return complete.build(warning -> {});
    }
}
