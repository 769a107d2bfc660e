"""Tiny encoders with every head and option, and what transformers 5.23.0 computes with them: `python make.py`.

Writes <model>/config.json, model.safetensors and <model>/expected/<case>.safetensors: in.* arguments, out.* outputs in
evaluation mode, grad.* gradients of the loss (all but those that are rounding alone); the metadata names the Auto class.
buckets.json holds the buckets of distances of DeBERTa ("buckets,max") and MPNet (from -300 on).
"""

import json
import shutil
import zlib
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file
from transformers.models.deberta_v2.modeling_deberta_v2 import make_log_bucket_position
from transformers.models.mpnet.modeling_mpnet import MPNetEncoder

HERE = Path(__file__).parent
SIZES = dict(vocab_size=40, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24, max_position_embeddings=40)
ROBERTA = dict(SIZES, bos_token_id=0, pad_token_id=1, eos_token_id=2)
DISTILBERT = dict(vocab_size=40, dim=16, n_layers=2, n_heads=2, hidden_dim=24, max_position_embeddings=40)
DEBERTA = dict(
    SIZES, relative_attention=True, position_buckets=8, norm_rel_ebd="layer_norm", share_att_key=True, pos_att_type="p2c|c2p",
    position_biased_input=False, type_vocab_size=0,
)
SEQ, TOK, QA, MLM, BASE = (
    "AutoModel" + head for head in ("ForSequenceClassification", "ForTokenClassification", "ForQuestionAnswering", "ForMaskedLM", "")
)
RIGHT, LEFT, LONG, PAST = (
    dict(lengths=[9, 6, 3]), dict(lengths=[6, 4, 2], left=True), dict(lengths=[36, 20, 5]), dict(lengths=[7, 4], past=3),
)
MODELS = {
    "bert-seqcls": (SEQ, "Bert", dict(SIZES, num_labels=3), dict(right=RIGHT, left=LEFT, past=PAST)),
    "bert-mlm": (MLM, "Bert", SIZES, dict(right=RIGHT, left=LEFT)),
    "bert-mlm-untied": (MLM, "Bert", dict(SIZES, tie_word_embeddings=False), dict(right=RIGHT)),
    "roberta-seqcls": (SEQ, "Roberta", dict(ROBERTA, num_labels=3), dict(right=RIGHT, left=LEFT, past=PAST)),
    "roberta-mlm": (MLM, "Roberta", ROBERTA, dict(right=RIGHT, left=LEFT)),
    "xlm-roberta-base": (BASE, "XLMRoberta", ROBERTA, dict(right=RIGHT)),
    "camembert-tokcls": (TOK, "Camembert", dict(ROBERTA, num_labels=4), dict(right=RIGHT, left=LEFT)),
    "distilbert-seqcls": (SEQ, "DistilBert", dict(DISTILBERT, num_labels=3), dict(right=RIGHT)),
    "distilbert-qa": (QA, "DistilBert", DISTILBERT, dict(right=RIGHT)),
    "distilbert-mlm": (MLM, "DistilBert", DISTILBERT, dict(right=RIGHT)),
    "electra-seqcls": (SEQ, "Electra", dict(SIZES, embedding_size=12, num_labels=3), dict(right=RIGHT)),
    "electra-mlm": (MLM, "Electra", dict(SIZES, embedding_size=12), dict(right=RIGHT)),
    "electra-base": (BASE, "Electra", dict(SIZES, embedding_size=16), dict(right=RIGHT)),
    "mpnet-seqcls": (SEQ, "MPNet", dict(ROBERTA, num_labels=3), dict(right=RIGHT, left=LEFT, long=LONG)),
    "mpnet-tokcls": (TOK, "MPNet", dict(ROBERTA, num_labels=4), dict(right=RIGHT, long=LONG)),
    "mpnet-qa": (QA, "MPNet", ROBERTA, dict(right=RIGHT)),
    "mpnet-mlm": (MLM, "MPNet", ROBERTA, dict(right=RIGHT)),
    "deberta-v2-seqcls": (SEQ, "DebertaV2", dict(DEBERTA, num_labels=3), dict(
        right=RIGHT, left=LEFT, long=LONG, shares=dict(RIGHT, labels="shares"), absent=dict(RIGHT, labels="absent"))),
    "deberta-v2-one-label": (SEQ, "DebertaV2", dict(DEBERTA, num_labels=1), dict(right=RIGHT)),
    "deberta-v2-qa": (QA, "DebertaV2", DEBERTA, dict(right=RIGHT)),
    "deberta-v2-mlm": (MLM, "DebertaV2", DEBERTA, dict(right=RIGHT)),
    "deberta-v2-mlm-authors": (MLM, "DebertaV2", dict(DEBERTA, legacy=False), dict(right=RIGHT)),
    "deberta-v2-c2p": (TOK, "DebertaV2", dict(
        DEBERTA, num_labels=2, pos_att_type="c2p", share_att_key=False, position_buckets=-1, norm_rel_ebd="none", max_relative_positions=12,
    ), dict(long=LONG)),
    "deberta-v2-p2c": (TOK, "DebertaV2", dict(
        DEBERTA, num_labels=2, pos_att_type=["p2c"], share_att_key=False, position_buckets=16, embedding_size=12, type_vocab_size=2,
        position_biased_input=True,
    ), dict(long=LONG)),
    "deberta-v2-absolute": (TOK, "DebertaV2", dict(DEBERTA, relative_attention=False, position_biased_input=True, norm_rel_ebd="none"), dict(right=RIGHT)),
    "deberta-v2-conv": (TOK, "DebertaV2", dict(DEBERTA, conv_kernel_size=3, conv_act="gelu"), dict(right=RIGHT, left=LEFT)),
    "deberta-v2-conv-alone": (SEQ, "DebertaV2", dict(DEBERTA, conv_kernel_size=5, conv_groups=4, num_hidden_layers=1), dict(right=RIGHT, left=LEFT)),
}


def stream(*names):
    return torch.Generator().manual_seed(zlib.crc32("/".join(names).encode()))


def randomise(model, name):
    with torch.no_grad():
        for key, tensor in model.named_parameters():
            normal = torch.randn(tensor.shape, generator=stream(name, key))
            norm = "norm" in key.lower()
            if "bias" in key and "relative" not in key:
                tensor.copy_(0.2 * normal)
            elif norm:
                tensor.copy_(1 + 0.2 * normal)
            else:
                tensor.copy_((0.7 if "embeddings" in key or "relative" in key else 1.2 / tensor.shape[-1] ** 0.5) * normal)


def labels(auto_class, config, ids, mask, case, random):
    if auto_class == SEQ:
        if config.num_labels == 1:
            return {"labels": torch.randn(len(ids), generator=random)}
        if case.get("labels") == "shares":
            return {"labels": torch.rand(len(ids), config.num_labels, generator=random)}
        numbers = torch.randint(0, config.num_labels, (len(ids),), generator=random)
        if case.get("labels") == "absent":
            numbers[1] = -1
        return {"labels": numbers}
    if auto_class == QA:
        return {"start_positions": torch.tensor([1, 20, 0]), "end_positions": torch.tensor([4, 2, ids.shape[1]])}
    if auto_class == TOK:
        return {"labels": torch.randint(0, config.num_labels, ids.shape, generator=random).masked_fill(mask == 0, -100)}
    if auto_class == MLM:
        chosen = (torch.rand(ids.shape, generator=random) < 0.4) & (mask == 1)
        chosen[:, -1] |= mask[:, -1] == 1
        return {"labels": ids.masked_fill(~chosen, -100)}
    return {}


def arguments(auto_class, config, case, random):
    size = max(case["lengths"])
    ids = torch.full((len(case["lengths"]), size), config.pad_token_id)
    mask = torch.zeros_like(ids)
    for row, length in enumerate(case["lengths"]):
        where = slice(size - length, size) if case.get("left") else slice(0, length)
        ids[row, where], mask[row, where] = torch.randint(4, 40, (length,), generator=random), 1
    found = {"input_ids": ids, "attention_mask": mask}
    if getattr(config, "type_vocab_size", 0) == 2:
        found["token_type_ids"] = torch.randint(0, 2, ids.shape, generator=random) * mask
    past = case.get("past", 0)
    if past:
        found["attention_mask"] = torch.cat([torch.ones(len(ids), past, dtype=torch.long), mask], dim=1)
        shape = (len(ids), config.num_attention_heads, past, config.hidden_size // config.num_attention_heads)
        for layer in range(config.num_hidden_layers):
            for what in ("key", "value"):
                found[f"past_{what}.{layer}"] = torch.randn(shape, generator=random)
    return found | labels(auto_class, config, ids, mask, case, random)


def call(model, given):
    plain = {k: v for k, v in given.items() if not k.startswith("past_")}
    if "past_key.0" in given:
        cache = transformers.DynamicCache(config=model.config)
        for layer in range(model.config.num_hidden_layers):
            cache.update(given[f"past_key.{layer}"], given[f"past_value.{layer}"], layer)
        plain["past_key_values"] = cache
    return {k: v for k, v in model(**plain, return_dict=True).items() if torch.is_tensor(v)}


def write(name, auto_class, family, config, cases):
    directory = HERE / name
    shutil.rmtree(directory, ignore_errors=True)
    config = getattr(transformers, family + "Config")(**config)
    model = getattr(transformers, auto_class).from_config(config, attn_implementation="eager")
    randomise(model, name)
    model.save_pretrained(directory)
    (directory / "generation_config.json").unlink(missing_ok=True)
    model = getattr(transformers, auto_class).from_pretrained(directory, attn_implementation="eager").eval()
    (directory / "expected").mkdir()
    for case_name, case in cases.items():
        given = arguments(auto_class, config, case, stream(name, case_name))
        model.zero_grad()
        model.config.problem_type = None
        outputs = call(model, given)
        gradients = {}
        if "loss" in outputs:
            outputs["loss"].backward()
            gradients = {k: p.grad for k, p in model.named_parameters() if p.grad is not None}
            most = max(g.norm() for g in gradients.values())
            gradients = {k: g for k, g in gradients.items() if g.norm() > 1e-5 * most}
        tensors = {f"in.{k}": v for k, v in given.items()} | {f"grad.{k}": v for k, v in gradients.items()}
        # DeBERTa flattens the logits of one label as soon as there are labels; they stay [B, 1] here.
        tensors |= {f"out.{k}": v.reshape(-1, 1) if k == "logits" and v.dim() == 1 else v for k, v in outputs.items()}
        facts = {"auto_class": auto_class, "model_class": type(model).__name__, "compare": "attended" if case.get("left") else "all"}
        tensors = {k: v.detach().clone().contiguous() for k, v in tensors.items()}
        save_file(tensors, directory / "expected" / f"{case_name}.safetensors", metadata={"case": json.dumps(facts, sort_keys=True)})


def buckets():
    near = torch.arange(600)
    found = {
        f"{count},{most}": make_log_bucket_position(near, count, most).long().tolist()
        for count, most in [(256, 512), (8, 64), (16, 64), (32, 128)]
    }
    found["mpnet"] = MPNetEncoder.relative_position_bucket(-torch.arange(-300, 301)).tolist()
    (HERE / "buckets.json").write_text(json.dumps(found) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    buckets()
    for name, spec in MODELS.items():
        write(name, *spec)
