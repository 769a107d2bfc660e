"""Tiny decoders in forms and with heads for which there are no golden cases, and what transformers computes.

Written with transformers 5.23.0 and torch 2.15.0: python make.py, in this folder. Every second run
gives the same files.
"""
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import (
    AutoModelForCausalLM,
    AutoModelForQuestionAnswering,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    Gemma2Config,
    GPT2Config,
    GPTNeoXConfig,
    LlamaConfig,
    MistralConfig,
    OPTConfig,
    Phi3Config,
    Qwen2Config,
    Qwen3Config,
)

SIZES = dict(
    vocab_size=40, hidden_size=16, num_hidden_layers=2, num_attention_heads=4, max_position_embeddings=16,
    pad_token_id=1, bos_token_id=0, eos_token_id=2, num_labels=3,
)
GROUPED = SIZES | dict(num_key_value_heads=2, intermediate_size=24)
GPT2 = dict(
    vocab_size=40, n_embd=16, n_layer=2, n_head=4, n_positions=16, pad_token_id=1, bos_token_id=0, eos_token_id=2,
    num_labels=3,
)
LONG = dict(
    rope_type="longrope", rope_theta=300.0, partial_rotary_factor=0.5, original_max_position_embeddings=6,
    short_factor=[1.5], long_factor=[3.0],
)
IDS = [[7, 12, 5, 33, 9, 2, 20, 18], [21, 8, 2, 1, 1, 1, 1, 1], [11, 39, 14, 30, 2, 1, 1, 1]]
NONE = -100
NEXT = {"labels": [[7, NONE, 5, 33, 9, 2, 20, 18], [21, 8, 2] + [NONE] * 5, [11, 39, 14, NONE, 2] + [NONE] * 3]}
TOKENS = {"labels": [[0, 1, 2, NONE, 0, 1, 2, 2], [1, 0, 2] + [NONE] * 5, [2, 2, 0, 1, 1] + [NONE] * 3]}
TEXTS = {"labels": [2, 0, 1]}
SPANS = {"start_positions": [1, 0, 2], "end_positions": [3, 1, 12]}


def build(model):
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            noise = torch.randn(parameter.shape, generator=generator)
            norm = ("norm" in name or "ln_" in name) and name.endswith("weight")
            centre = 0 if "Gemma" in type(model).__name__ else 1
            parameter.copy_(centre + 0.2 * noise if norm else 0.3 * noise)
    return model.eval()


def write(name, auto, config, gradients, *inputs, short=None):
    folder = Path(__file__).parent / name
    shutil.rmtree(folder, ignore_errors=True)
    model = build(auto.from_config(config))
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    model.set_attn_implementation("eager")
    ids = torch.tensor(IDS)[:, :short]
    arrays = {"input_ids": ids, "attention_mask": (ids != 1).long()}
    for more in inputs:
        arrays |= {key: torch.tensor(value) for key, value in more.items()}
    if short:
        arrays["labels"] = arrays["labels"][:, :short]
    with torch.no_grad():
        output = model(**arrays, output_hidden_states=True)
    tensors = {"in." + key: value for key, value in arrays.items()}
    for key, value in output.items():
        if isinstance(value, torch.Tensor):
            tensors["out." + key] = value
        elif key == "hidden_states":
            tensors |= {f"out.hidden_states.{i}": state.clone() for i, state in enumerate(value)}
    model(**arrays).loss.backward()
    named = dict(model.named_parameters())
    tensors |= {"grad." + key: named[key].grad for key in gradients}
    tensors = {key: value.contiguous() for key, value in tensors.items()}
    save_file(tensors, folder / "expected.safetensors",
              {"case": json.dumps({"auto_class": auto.__name__, "model_class": type(model).__name__})})
    file = folder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()), indent=2, sort_keys=True) + "\n")
    print(name, float(output.loss), model.num_parameters())


if __name__ == "__main__":
    causal, texts = AutoModelForCausalLM, AutoModelForSequenceClassification
    tokens, spans = AutoModelForTokenClassification, AutoModelForQuestionAnswering
    write("gpt2-untied", causal, GPT2Config(**GPT2, scale_attn_by_inverse_layer_idx=True, tie_word_embeddings=False),
          ["transformer.wte.weight", "transformer.h.1.attn.c_attn.weight", "lm_head.weight"], NEXT,
          {"token_type_ids": [[3, 3, 3, 3, 4, 4, 4, 4], [3, 3, 4, 4, 4, 4, 4, 4], [3, 4, 4, 4, 4, 4, 4, 4]]})
    write("gpt2-qa", spans, GPT2Config(**GPT2, scale_attn_weights=False),
          ["transformer.wpe.weight", "qa_outputs.weight"], SPANS)
    opt = SIZES | dict(ffn_dim=24)
    write("opt-seqcls", texts, OPTConfig(**opt, do_layer_norm_before=False, word_embed_proj_dim=8),
          ["model.decoder.embed_positions.weight", "model.decoder.project_out.weight", "score.weight"], TEXTS)
    write("opt-qa", spans, OPTConfig(**opt, _remove_final_layer_norm=True, enable_bias=False),
          ["model.decoder.layers.0.self_attn.q_proj.weight", "qa_outputs.weight"], SPANS)
    neox = SIZES | dict(intermediate_size=24)
    write("gptneox-causal", causal, GPTNeoXConfig(**neox, use_parallel_residual=False, attention_bias=False),
          ["gpt_neox.layers.0.attention.query_key_value.weight", "gpt_neox.embed_in.weight"], NEXT)
    write("gptneox-seqcls", texts, GPTNeoXConfig(**neox), ["gpt_neox.layers.1.mlp.dense_h_to_4h.weight"], TEXTS)
    write("gptneox-tokcls", tokens, GPTNeoXConfig(**neox), ["classifier.bias"], TOKENS)
    write("gptneox-qa", spans, GPTNeoXConfig(**neox), ["qa_outputs.weight"], SPANS)
    llama3 = dict(rope_type="llama3", rope_theta=500.0, factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0,
                  original_max_position_embeddings=8)
    write("llama-qa", spans, LlamaConfig(**GROUPED, attention_bias=True, mlp_bias=True, rope_parameters=llama3),
          ["transformer.layers.0.self_attn.o_proj.bias", "transformer.layers.1.mlp.up_proj.bias"], SPANS)
    linear = dict(rope_type="linear", rope_theta=500.0, factor=2.0)
    write("llama-tokcls", tokens, LlamaConfig(**GROUPED, rope_parameters=linear), ["score.bias"], TOKENS)
    write("mistral-seqcls", texts, MistralConfig(**GROUPED, sliding_window=3), ["score.weight"], TEXTS)
    write("mistral-tokcls", tokens, MistralConfig(**GROUPED, sliding_window=None), ["score.weight"], TOKENS)
    write("mistral-qa", spans, MistralConfig(**GROUPED, sliding_window=None),
          ["model.layers.0.self_attn.k_proj.weight"], SPANS)
    write("qwen2-sliding", causal,
          Qwen2Config(**GROUPED, use_sliding_window=True, sliding_window=3, max_window_layers=1),
          ["model.layers.1.self_attn.q_proj.bias", "lm_head.weight"], NEXT)
    write("qwen2-qa", spans, Qwen2Config(**GROUPED), ["transformer.layers.0.self_attn.v_proj.bias"], SPANS)
    write("qwen2-tokcls", tokens, Qwen2Config(**GROUPED), ["score.weight"], TOKENS)
    write("qwen3-seqcls", texts, Qwen3Config(**GROUPED, head_dim=6, attention_bias=True),
          ["model.layers.0.self_attn.q_norm.weight", "model.layers.1.self_attn.o_proj.bias"], TEXTS)
    write("qwen3-tokcls", tokens, Qwen3Config(**GROUPED, head_dim=6), ["score.weight"], TOKENS)
    write("qwen3-qa", spans, Qwen3Config(**GROUPED, head_dim=6), ["transformer.norm.weight"], SPANS)
    gemma = GROUPED | dict(head_dim=6, query_pre_attn_scalar=10, sliding_window=3)
    write("gemma2-causal", causal, Gemma2Config(**gemma), ["model.layers.1.mlp.gate_proj.weight"], NEXT)
    write("gemma2-seqcls", texts, Gemma2Config(**gemma, attn_logit_softcapping=None),
          ["model.layers.0.post_feedforward_layernorm.weight", "model.embed_tokens.weight"], TEXTS)
    write("gemma2-tokcls", tokens, Gemma2Config(**gemma), ["model.layers.1.self_attn.q_proj.weight"], TOKENS)
    phi3 = GROUPED | dict(rope_parameters=LONG, original_max_position_embeddings=6)
    write("phi3-long", causal, Phi3Config(**phi3), ["model.layers.0.self_attn.qkv_proj.weight"], NEXT)
    write("phi3-short", causal, Phi3Config(**phi3), ["model.layers.1.mlp.gate_up_proj.weight"], NEXT, short=6)
    write("phi3-seqcls", texts, Phi3Config(**GROUPED, sliding_window=3), ["score.weight"], TEXTS)
    write("phi3-tokcls", tokens, Phi3Config(**GROUPED), ["score.weight"], TOKENS)
