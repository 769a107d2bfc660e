package io.github.peft4j.task.generate.config;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.option.OptionTable;
import io.github.peft4j.task.internal.TaskOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Hugging Face's keys of generation_config.json that this version does not have. Those that change
 * answers are refused where transformers heeds them: {@code typical_p} counts only where tokens are
 * drawn. A config keeps them, so that they are refused when {@code do_sample} is turned on later.
 */
final class OtherGenerationKeys {

    /** Keys that change answers, with the value that changes nothing. */
    static final OptionTable REFUSED =
            OptionTable.of(
                    TaskOptions.lacking("typical_p", 1.0),
                    TaskOptions.lacking("top_h", null),
                    TaskOptions.lacking("epsilon_cutoff", 0.0),
                    TaskOptions.lacking("eta_cutoff", 0.0),
                    TaskOptions.lacking("encoder_repetition_penalty", 1.0),
                    TaskOptions.lacking("encoder_no_repeat_ngram_size", 0),
                    TaskOptions.lacking("num_beam_groups", 1),
                    TaskOptions.lacking("penalty_alpha", null),
                    TaskOptions.lacking("dola_layers", null),
                    TaskOptions.lacking("constraints", null),
                    TaskOptions.lacking("force_words_ids", null),
                    TaskOptions.lacking("sequence_bias", null),
                    TaskOptions.lacking("exponential_decay_length_penalty", null),
                    TaskOptions.lacking("guidance_scale", 1.0),
                    TaskOptions.lacking("renormalize_logits", false),
                    TaskOptions.lacking("max_time", null),
                    TaskOptions.lacking("token_healing", false),
                    TaskOptions.lacking("watermarking_config", null),
                    TaskOptions.lacking("assistant_ensemble_weight", null));

    /**
     * Keys that are ignored: what is returned, how it is cached, compiled and guessed ahead, what
     * counts only together with a key that is refused, and what replaces scores that are no numbers
     * (they are refused here).
     */
    static final ImmutableSet<String> IGNORED =
            ImmutableSet.of(
                    "_from_model_config",
                    "assistant_confidence_threshold",
                    "assistant_early_exit",
                    "assistant_lookbehind",
                    "cache_config",
                    "cache_implementation",
                    "compile_config",
                    "continuous_batching_config",
                    "disable_compile",
                    "diversity_penalty",
                    "is_assistant",
                    "low_memory",
                    "max_cache_len",
                    "max_matching_ngram_size",
                    "num_assistant_tokens",
                    "num_assistant_tokens_schedule",
                    "output_attentions",
                    "output_hidden_states",
                    "output_logits",
                    "output_scores",
                    "prefill_chunk_size",
                    "prompt_lookup_num_tokens",
                    "remove_invalid_values",
                    "return_dict_in_generate",
                    "speculation_type",
                    "target_lookbehind",
                    "transformers_version",
                    "use_mtp");

    private OtherGenerationKeys() {}

    /**
     * Refuses keys that change answers.
     *
     * @param json all values of a config
     * @param source where they stand, as " in file", or nothing
     * @throws io.github.peft4j.exception.UnsupportedFeatureException that names the key
     */
    static void refuse(Map<String, ? extends @Nullable Object> json, String source) {
        Map<String, @Nullable Object> heeded = new LinkedHashMap<>(json);
        heeded.keySet().removeAll(idle(json));
        TaskOptions.requireNone(REFUSED, heeded, source, "generate");
    }

    /** The keys of {@link #REFUSED} that are set and yet change nothing, by the other values. */
    static List<String> idle(Map<String, ? extends @Nullable Object> json) {
        return TaskOptions.asked(REFUSED, json).stream().filter(key -> isIdle(key, json)).toList();
    }

    private static boolean isIdle(String key, Map<String, ? extends @Nullable Object> json) {
        boolean draws = Boolean.TRUE.equals(json.get("do_sample"));
        boolean beams = number(json, "num_beams", 1) > 1;
        double value = number(json, key, Double.NaN); // which fulfils no condition
        return switch (key) {
            case "top_h" -> !draws && !Double.isNaN(value);
            case "typical_p" -> (!draws && !Double.isNaN(value)) || value >= 1;
            case "epsilon_cutoff", "eta_cutoff" ->
                    (!draws && !Double.isNaN(value)) || value <= 0 || value >= 1;
            case "encoder_no_repeat_ngram_size" -> value <= 0;
            case "num_beam_groups" -> (!beams && !Double.isNaN(value)) || value <= 1;
            case "penalty_alpha" ->
                    value <= 0
                            || (!Double.isNaN(value)
                                    && (draws || beams || number(json, "top_k", 50) <= 1));
            case "dola_layers" -> beams;
            case "renormalize_logits" -> !beams && Boolean.TRUE.equals(json.get(key));
            case "assistant_ensemble_weight" ->
                    json.get("assistant_early_exit") == null
                            && !Boolean.TRUE.equals(json.get("use_mtp"));
            default -> false;
        };
    }

    private static double number(
            Map<String, ? extends @Nullable Object> json, String key, double missing) {
        return json.get(key) instanceof Number number ? number.doubleValue() : missing;
    }
}
