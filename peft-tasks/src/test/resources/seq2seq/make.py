"""Tiny encoder-decoders for which there are no golden cases, and what transformers computes.

Written with transformers 5.23.0 and torch 2.15.0: python make.py, in this folder. Every second run
gives the same files.
"""
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers.models.t5.modeling_t5 import T5Attention
from transformers import (
    MBartConfig,
    MBartForConditionalGeneration,
    MBartForSequenceClassification,
    MT5Config,
    MT5ForConditionalGeneration,
    T5Config,
    T5ForQuestionAnswering,
    T5ForSequenceClassification,
    T5ForTokenClassification,
)

T5 = dict(
    vocab_size=40, d_model=16, d_kv=4, d_ff=24, num_heads=3, num_layers=1, num_decoder_layers=2,
    relative_attention_num_buckets=8, relative_attention_max_distance=12, decoder_start_token_id=0,
    dropout_rate=0.1,
)
MBART = dict(
    vocab_size=40, d_model=16, encoder_layers=1, decoder_layers=2, encoder_attention_heads=2,
    decoder_attention_heads=4, encoder_ffn_dim=24, decoder_ffn_dim=20, max_position_embeddings=12,
    scale_embedding=True, pad_token_id=1, bos_token_id=0, eos_token_id=2, dropout=0.1,
)
IDS = [[7, 12, 5, 33, 9, 2], [21, 8, 2, 1, 1, 1], [11, 39, 14, 2, 1, 1]]
T5_IDS = [[7, 12, 5, 33, 9, 1], [21, 8, 1, 0, 0, 0], [11, 39, 14, 1, 0, 0]]


def build(model):
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            noise = torch.randn(parameter.shape, generator=generator)
            parameter.copy_((1 + 0.2 * noise) if "norm" in name and name.endswith("weight") else 0.3 * noise)
        for name, buffer in model.named_buffers():
            buffer.copy_(0.3 * torch.randn(buffer.shape, generator=generator))
    return model.eval()


def write(name, model, gradients, inputs):
    folder = Path(__file__).parent / name
    shutil.rmtree(folder, ignore_errors=True)
    build(model).save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    ids = torch.tensor(IDS if "mbart" in name else T5_IDS)
    pad = 1 if "mbart" in name else 0
    inputs = {"input_ids": ids, "attention_mask": (ids != pad).long()} | {k: torch.tensor(v) for k, v in inputs.items()}
    model.set_attn_implementation("eager")
    with torch.no_grad():
        output = model(**inputs, output_hidden_states=True)
    tensors = {"in." + key: value for key, value in inputs.items()}
    for key, value in output.items():
        if isinstance(value, torch.Tensor):
            tensors["out." + key] = value
        elif key.endswith("hidden_states"):
            tensors |= {f"out.{key}.{i}": state.clone() for i, state in enumerate(value)}
    model(**inputs).loss.backward()
    named = dict(model.named_parameters())
    tensors |= {"grad." + key: named[key].grad for key in gradients}
    save_file({k: v.contiguous() for k, v in tensors.items()}, folder / "expected.safetensors")
    print(name, float(output.loss), model.num_parameters())


def write_buckets():
    """Buckets of the distances -140 to 140."""
    distances = torch.arange(-140, 141)
    lines = ["both_ways,count,max_distance,buckets"]
    for both_ways, count, farthest in ((True, 32, 128), (False, 32, 128), (True, 8, 12), (False, 16, 100)):
        buckets = T5Attention._relative_position_bucket(distances, both_ways, count, farthest)
        lines.append(f"{both_ways},{count},{farthest}," + " ".join(map(str, buckets.tolist())))
    (Path(__file__).parent / "buckets.csv").write_text("\n".join(lines) + "\n")


LABELS = [[30, 31, 32, 2, 25], [17, 2, 25, -100, -100], [9, 18, 2, 25, -100]]
T5_LABELS = [[30, 31, 32, 17, 1], [17, 1, -100, -100, -100], [9, 18, -100, 1, -100]]
if __name__ == "__main__":
    write("mbart-seq2seq", MBartForConditionalGeneration(MBartConfig(**MBART)),
          ["model.shared.weight", "model.encoder.layers.0.self_attn.q_proj.weight",
           "model.decoder.layers.1.encoder_attn.v_proj.bias", "model.decoder.layer_norm.weight"],
          {"labels": LABELS})
    write("mbart-seqcls", MBartForSequenceClassification(MBartConfig(**MBART, num_labels=3)),
          ["classification_head.dense.weight", "model.encoder.layer_norm.bias"], {"labels": [2, 0, 1]})
    write("mt5-seq2seq", MT5ForConditionalGeneration(MT5Config(**T5, tie_word_embeddings=False)),
          ["shared.weight", "decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
           "encoder.block.0.layer.1.DenseReluDense.wi_1.weight"], {"labels": T5_LABELS})
    write("t5-seqcls", T5ForSequenceClassification(T5Config(**T5, num_labels=4)),
          ["transformer.shared.weight", "classification_head.out_proj.weight"], {"labels": [3, 0, 1]})
    write("t5-tokcls", T5ForTokenClassification(T5Config(**T5, num_labels=3)),
          ["transformer.encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight"],
          {"labels": [[0, 1, 2, 0, 1, -100], [2, 1, -100, -100, -100, -100], [1, 0, 2, -100, -100, -100]]})
    write("t5-qa", T5ForQuestionAnswering(T5Config(**T5, feed_forward_proj="gated-silu")),
          ["qa_outputs.weight", "decoder.block.1.layer.1.EncDecAttention.k.weight"],
          {"start_positions": [1, 0, 2], "end_positions": [3, 1, 9]})
    write_buckets()
    for folder in Path(__file__).parent.iterdir():
        config = folder / "config.json"
        if config.exists():
            text = json.loads(config.read_text())
            config.write_text(json.dumps(text, indent=2, sort_keys=True) + "\n")
