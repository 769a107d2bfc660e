"""Writes generation_keys.jsonl: what transformers 5.23 generates with each key of a generation config.

    python make_generation_keys.py GOLDEN

A line holds settings, their purpose here (honour, ignore, refuse) and Python's ids, or its error.
"""
import json
import pathlib
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

GREEDY = {}
DRAW = {"do_sample": True, "top_k": 1}
BEAMS = {"num_beams": 2}

HONOUR = [
    {"max_new_tokens": 4}, {"max_length": 5}, {"min_length": -1}, {"min_new_tokens": -3}, {"min_new_tokens": 3},
    {"eos_token_id": 196}, {"eos_token_id": [300, 196]}, {"eos_token_id": [196], "min_length": 9},
    {"pad_token_id": 7}, {"pad_token_id": -1}, {"bos_token_id": 4}, {"decoder_start_token_id": 4},
    {"forced_eos_token_id": 11}, {"forced_bos_token_id": 11},
    {"repetition_penalty": 1.5}, {"no_repeat_ngram_size": 1}, {"no_repeat_ngram_size": -1},
    {"bad_words_ids": [[263]]}, {"suppress_tokens": [263]}, {"suppress_tokens": [-1]}, {"suppress_tokens": [5000]},
    {"begin_suppress_tokens": [283]}, {"begin_suppress_tokens": [-1]}, {"stop_strings": ["/"]},
    {"use_cache": False}, {"temperature": 0}, {"temperature": -1.0}, {"top_k": -1}, {"top_k": 0}, {"top_p": 1.5},
    {"top_p": -1.0}, {"min_p": 7.0}, {"min_p": -1.0}, {**DRAW, "top_p": 1.5}, {**DRAW, "top_p": 0.5},
    {**DRAW, "min_p": 0.5}, {**DRAW, "temperature": 0.5}, BEAMS, {**BEAMS, "length_penalty": -2.0},
    {**BEAMS, "early_stopping": True}, {**BEAMS, "early_stopping": "never"}, {"length_penalty": -2.0},
    {"early_stopping": True}, {**BEAMS, "num_return_sequences": 2},
]
IGNORE = [
    {"typical_p": 0.5}, {**DRAW, "typical_p": 1.5}, {"top_h": 0.4}, {"epsilon_cutoff": 0.1}, {"eta_cutoff": 0.1},
    {**DRAW, "epsilon_cutoff": 1.5}, {**DRAW, "eta_cutoff": -1.0}, {"encoder_no_repeat_ngram_size": -1},
    {"num_beam_groups": 2}, {"diversity_penalty": 0.5}, {"penalty_alpha": -0.6}, {**DRAW, "penalty_alpha": 0.6},
    {**BEAMS, "penalty_alpha": 0.6}, {"penalty_alpha": 0.6, "top_k": 1}, {**BEAMS, "dola_layers": "high"},
    {"renormalize_logits": True}, {"remove_invalid_values": True}, {"assistant_ensemble_weight": 0.5},
    {"output_scores": True}, {"output_logits": True}, {"output_attentions": True}, {"output_hidden_states": True},
    {"num_assistant_tokens": 3}, {"num_assistant_tokens_schedule": "heuristic"}, {"assistant_lookbehind": 3},
    {"assistant_confidence_threshold": 0.1}, {"target_lookbehind": 3},
    {"max_matching_ngram_size": 2}, {"prompt_lookup_num_tokens": 2}, {"low_memory": True}, {"disable_compile": True},
    {"cache_implementation": "dynamic"}, {"prefill_chunk_size": 2}, {"max_cache_len": 64},
]
REFUSE = [
    {**DRAW, "typical_p": 0.5}, {**DRAW, "top_h": 0.4}, {**DRAW, "epsilon_cutoff": 0.1}, {**DRAW, "eta_cutoff": 0.1},
    {**DRAW, "top_k": -1}, {**DRAW, "top_p": -1.0}, {**DRAW, "min_p": 7.0}, {**DRAW, "temperature": 0.0},
    {"encoder_repetition_penalty": 1.5}, {"encoder_no_repeat_ngram_size": 2}, {**BEAMS, "num_beam_groups": 2},
    {"penalty_alpha": 0.6}, {**DRAW, "dola_layers": "high"}, {"dola_layers": "high"}, {"dola_layers": [1]},
    {"constraints": [1]}, {"force_words_ids": [[5]]}, {"sequence_bias": [[[263], -10.0]]},
    {"exponential_decay_length_penalty": [1, 2.5]}, {"guidance_scale": 1.5},
    {**BEAMS, "renormalize_logits": True, "repetition_penalty": 1.5}, {"max_time": 0.0}, {"token_healing": True},
    {"watermarking_config": {"bias": 2.5, "seeding_scheme": "lefthash"}},
    {"suppress_tokens": [11, 12], "forced_bos_token_id": 11}, {"suppress_tokens": [11], "forced_eos_token_id": [11]},
    {"num_return_sequences": 2}, {**BEAMS, "num_return_sequences": 3}, {"max_new_tokens": 0},
]


def main(golden):
    folder = golden / "models/llama-causal"
    model = AutoModelForCausalLM.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    lines = []
    for purpose, rows in (("honour", HONOUR), ("ignore", IGNORE), ("refuse", REFUSE)):
        for settings in rows:
            line = {"settings": settings, "purpose": purpose}
            try:
                config = GenerationConfig(**{"max_new_tokens": 10, **settings})
                if "max_length" in settings:
                    config.max_new_tokens = None
                own = GenerationConfig.from_pretrained(folder)
                for key in ("bos_token_id", "eos_token_id", "pad_token_id"):
                    if getattr(config, key) is None:
                        setattr(config, key, getattr(own, key))
                extra = {"tokenizer": tokenizer} if {"stop_strings", "token_healing"} & set(settings) else {}
                out = model.generate(torch.tensor([[5, 7, 9]]), generation_config=config, **extra)
                line["ids"] = getattr(out, "sequences", out).tolist()
            except Exception as error:
                line["error"] = f"{type(error).__name__}: {str(error)[:120]}"
            lines.append(json.dumps(line))
    (pathlib.Path(__file__).parent / "generation_keys.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
