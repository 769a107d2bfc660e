package io.github.peft4j.cli.soak.configs;

import com.google.common.collect.ImmutableMap;

/** Keys that small files seldom hold, and small files that folders seldom hold. */
final class ConfigKeys {

    /** Keys that ask for work or memory, of generation_config.json. */
    private static final String[] GENERATION = {
        "num_beams",
        "max_length",
        "max_new_tokens",
        "min_length",
        "min_new_tokens",
        "num_return_sequences",
        "no_repeat_ngram_size",
        "encoder_no_repeat_ngram_size",
        "bad_words_ids",
        "suppress_tokens",
        "forced_bos_token_id",
        "forced_eos_token_id",
        "decoder_start_token_id",
        "eos_token_id",
        "pad_token_id",
        "bos_token_id",
        "stop_strings",
        "top_k",
        "top_p",
        "temperature",
        "repetition_penalty",
        "do_sample",
        "use_cache",
        "length_penalty",
        "early_stopping"
    };

    /** Those of config.json. */
    private static final String[] MODEL = {
        "rope_scaling",
        "rope_parameters",
        "rope_theta",
        "layer_types",
        "sliding_window",
        "num_labels",
        "id2label",
        "vocab_size",
        "head_dim",
        "tie_word_embeddings",
        "torch_dtype",
        "dtype",
        "quantization_config",
        "max_position_embeddings",
        "num_hidden_layers",
        "num_attention_heads",
        "hidden_size",
        "intermediate_size",
        "hidden_act",
        "n_layer",
        "d_model"
    };

    /** Those of tokenizer_config.json. */
    private static final String[] TOKENIZER = {
        "model_max_length",
        "chat_template",
        "added_tokens_decoder",
        "extra_special_tokens",
        "model_input_names",
        "pad_token",
        "additional_special_tokens",
        "padding_side"
    };

    /** Those of adapter_config.json. */
    private static final String[] ADAPTER = {
        "target_modules",
        "exclude_modules",
        "modules_to_save",
        "layers_to_transform",
        "layers_pattern",
        "rank_pattern",
        "alpha_pattern",
        "target_parameters",
        "trainable_token_indices",
        "layer_replication",
        "alora_invocation_tokens",
        "num_virtual_tokens",
        "r",
        "adapters",
        "base_model_name_or_path",
        "lora_alpha",
        "lora_dropout",
        "init_lora_weights",
        "bias",
        "task_type",
        "peft_type",
        "token_dim",
        "num_layers",
        "encoder_hidden_size",
        "key_mapping"
    };

    /** What may be put into a checkpoint or an adapter that lacks it. */
    static final ImmutableMap<String, String> MADE =
            ImmutableMap.<String, String>builder()
                    .put(
                            "generation_config.json",
                            "{\"num_beams\": 2, \"max_length\": 24, \"max_new_tokens\": 4,"
                                    + " \"num_return_sequences\": 1, \"min_length\": 2, \"do_sample\":"
                                    + " false, \"temperature\": 1.0, \"top_k\": 50,"
                                    + " \"repetition_penalty\": 1.1, \"bad_words_ids\": [[5, 6]],"
                                    + " \"suppress_tokens\": [7], \"no_repeat_ngram_size\": 3,"
                                    + " \"eos_token_id\": [2, 3], \"early_stopping\": true,"
                                    + " \"length_penalty\": 1.0, \"forced_eos_token_id\": 2}")
                    .put(
                            "adapter_passport.json",
                            "{\"max_length\": 32, \"padding_side\": \"right\", \"pooling\":"
                                    + " \"mean\", \"normalize\": true, \"prompts\": {\"query\": \"q: \"},"
                                    + " \"chat_template\": \"{{ messages[0].content }}\", \"training\":"
                                    + " {\"data\": \"d\", \"arguments\": {\"a\": 1}, \"metrics\": {\"m\":"
                                    + " 0.5}}, \"versions\": {\"peft\": \"0\"}}")
                    .put(
                            "chat_template.jinja",
                            "{% for m in messages %}{{ m['role'] ~ ': ' ~ m['content'] ~ eos_token"
                                    + " }}\n{% endfor %}{% if add_generation_prompt %}assistant:"
                                    + " {% endif %}")
                    .put(
                            "special_tokens_map.json",
                            "{\"pad_token\": \"<pad>\", \"eos_token\": {\"content\": \"</s>\","
                                    + " \"lstrip\": false, \"rstrip\": false, \"normalized\": false,"
                                    + " \"single_word\": false}, \"additional_special_tokens\":"
                                    + " [\"<x>\"]}")
                    .put(
                            "modules.json",
                            "[{\"idx\": 0, \"name\": \"0\", \"path\": \"\", \"type\":"
                                    + " \"sentence_transformers.models.Transformer\"}, {\"idx\": 1,"
                                    + " \"name\": \"1\", \"path\": \"1_Pooling\", \"type\":"
                                    + " \"sentence_transformers.models.Pooling\"}]")
                    .put("sentence_bert_config.json", "{\"max_seq_length\": 16}")
                    .put(
                            "config_sentence_transformers.json",
                            "{\"prompts\": {\"query\": \"q: \", \"document\": \"\"},"
                                    + " \"default_prompt_name\": \"query\"}")
                    .put(
                            "1_Pooling/config.json",
                            "{\"word_embedding_dimension\": 32, \"pooling_mode_mean_tokens\": true,"
                                    + " \"pooling_mode_cls_token\": false, \"include_prompt\": true}")
                    .buildOrThrow();

    private ConfigKeys() {}

    /** Keys that a file may hold. */
    static String[] of(String file) {
        return switch (file) {
            case "generation_config.json" -> GENERATION;
            case "tokenizer_config.json", "special_tokens_map.json" -> TOKENIZER;
            case "adapter_config.json" -> ADAPTER;
            default -> MODEL;
        };
    }
}
