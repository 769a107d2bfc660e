package io.github.peft4j.task.generate.config;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.option.OptionTable;
import io.github.peft4j.task.internal.TaskOptions;

/** Hugging Face's keys of generation_config.json that this version does not have. */
final class OtherGenerationKeys {

    /** Keys that change answers, with the value that changes nothing; any other is refused. */
    static final OptionTable REFUSED =
            OptionTable.of(
                    TaskOptions.lacking("typical_p", 1.0),
                    TaskOptions.lacking("top_h", null),
                    TaskOptions.lacking("epsilon_cutoff", 0.0),
                    TaskOptions.lacking("eta_cutoff", 0.0),
                    TaskOptions.lacking("encoder_repetition_penalty", 1.0),
                    TaskOptions.lacking("encoder_no_repeat_ngram_size", 0),
                    TaskOptions.lacking("num_beam_groups", 1),
                    TaskOptions.lacking("diversity_penalty", 0.0),
                    TaskOptions.lacking("penalty_alpha", null),
                    TaskOptions.lacking("force_words_ids", null),
                    TaskOptions.lacking("sequence_bias", null),
                    TaskOptions.lacking("exponential_decay_length_penalty", null),
                    TaskOptions.lacking("guidance_scale", 1.0),
                    TaskOptions.lacking("renormalize_logits", false),
                    TaskOptions.lacking("remove_invalid_values", false),
                    TaskOptions.lacking("max_time", null),
                    TaskOptions.lacking("token_healing", false),
                    TaskOptions.lacking("watermarking_config", null),
                    TaskOptions.lacking("prompt_lookup_num_tokens", null));

    /** Keys that are ignored: what is returned, how it is cached, compiled and guessed ahead. */
    static final ImmutableSet<String> IGNORED =
            ImmutableSet.of(
                    "_from_model_config",
                    "assistant_confidence_threshold",
                    "assistant_early_exit",
                    "assistant_ensemble_weight",
                    "assistant_lookbehind",
                    "cache_config",
                    "cache_implementation",
                    "compile_config",
                    "constraints",
                    "continuous_batching_config",
                    "disable_compile",
                    "dola_layers",
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
                    "return_dict_in_generate",
                    "speculation_type",
                    "target_lookbehind",
                    "transformers_version",
                    "use_mtp");

    private OtherGenerationKeys() {}
}
