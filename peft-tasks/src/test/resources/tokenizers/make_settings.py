"""What transformers 5.23 makes of tokenizer.json and the files around it: settings.jsonl.

    python make_settings.py GOLDEN_TOKENIZERS

Each line: a golden tokenizer, the family in config.json, what is changed in tokenizer_config.json (null takes a key
away), further files, and then the ids of some texts, the ids decoded again, and the number of tokens.
"""
import json, pathlib, shutil, sys, tempfile
from transformers import AutoTokenizer

TEXTS = ["Hello World", "the fox", "Möwe 中文 don't  stop.", "<|im_start|>user hello <ent>a<|im_end|>", "a [MASK] b"]
IM = {"content": "<|im_start|>", "lstrip": False, "rstrip": False, "normalized": False, "single_word": False, "special": True}
WIDE = {"content": "<ent>", "lstrip": True, "rstrip": True, "normalized": False, "single_word": False, "special": False}
CASES = [
    *[("bert", f, {"tokenizer_class": c, **s}, {}) for f, c in (("bert", "BertTokenizer"), ("electra", "ElectraTokenizerFast"), ("distilbert", "DistilBertTokenizer"), ("bert", None), ("bert", "TokenizersBackend"))
      for s in ({}, {"do_lower_case": False}, {"strip_accents": False}, {"do_lower_case": False, "strip_accents": True}, {"tokenize_chinese_chars": False})],
    *[("bert-cased", "bert", {"tokenizer_class": "BertTokenizer", **s}, {}) for s in ({}, {"do_lower_case": True}, {"do_lower_case": False}, {"do_lower_case": True, "strip_accents": False})],
    *[("mpnet", "mpnet", {"tokenizer_class": "MPNetTokenizer", **s}, {}) for s in ({}, {"do_lower_case": False}, {"strip_accents": False}, {"tokenize_chinese_chars": False})],
    *[("roberta", f, {"tokenizer_class": c, **s}, {}) for f, c in (("roberta", "RobertaTokenizer"), ("bart", "BartTokenizer"), ("bart", None), ("roberta", "TokenizersBackend"))
      for s in ({}, {"add_prefix_space": True}, {"add_prefix_space": False, "trim_offsets": False})],
    *[("gpt2", f, {"tokenizer_class": c, **s}, {}) for f, c in (("gpt2", "GPT2Tokenizer"), ("opt", "GPT2Tokenizer"), ("gpt_neox", "GPTNeoXTokenizer"), ("gpt2", "TokenizersBackend"))
      for s in ({}, {"add_prefix_space": True}, {"add_bos_token": True}, {"add_eos_token": True})],
    *[("opt", "opt", {"tokenizer_class": "GPT2Tokenizer", **s}, {}) for s in ({}, {"add_prefix_space": True}, {"add_bos_token": False})],
    *[("qwen2", f, {"tokenizer_class": c, **s}, {}) for f, c in (("qwen2", "Qwen2Tokenizer"), ("qwen3", "Qwen2Tokenizer"), ("qwen2", "TokenizersBackend")) for s in ({}, {"add_prefix_space": True})],
    *[("llama", f, {"tokenizer_class": c, **s}, {}) for f, c in (("llama", "LlamaTokenizer"), ("mistral", "LlamaTokenizer"), ("phi3", "LlamaTokenizerFast"), ("llama", None))
      for s in ({}, {"legacy": True}, {"add_prefix_space": False}, {"add_bos_token": False, "add_eos_token": True})],
    *[("gemma", "gemma2", {"tokenizer_class": c, **s}, {}) for c in ("GemmaTokenizer", "TokenizersBackend") for s in ({}, {"add_bos_token": False, "add_eos_token": True})],
    *[("t5", "t5", {"tokenizer_class": c, "extra_ids": 0, **s}, {}) for c in ("T5Tokenizer", "TokenizersBackend") for s in ({}, {"add_prefix_space": False})],
    *[("deberta", "deberta-v2", {"tokenizer_class": c, **s}, {}) for c in ("DebertaV2Tokenizer", "TokenizersBackend")
      for s in ({}, {"do_lower_case": True}, {"split_by_punct": True}, {"add_prefix_space": False}, {"do_lower_case": True, "split_by_punct": True})],
]
for name, family, kind in (("llama", "llama", "TokenizersBackend"), ("gpt2", "gpt2", "GPT2Tokenizer"), ("bert", "bert", "BertTokenizer"), ("roberta", "roberta", "RobertaTokenizer"), ("deberta", "deberta-v2", "TokenizersBackend")):
    kinds = {"tokenizer_class": kind}
    CASES += [
        (name, family, {**kinds, "added_tokens_decoder": {"SIZE": IM}}, {}),
        (name, family, {**kinds, "added_tokens_decoder": {"SIZE": IM, "NEXT": WIDE}}, {}),
        (name, family, {**kinds, "extra_special_tokens": ["<|im_start|>", "<|im_end|>"]}, {}),
        (name, family, {**kinds, "additional_special_tokens": ["<|im_start|>", "<|im_end|>"]}, {}),
        (name, family, {**kinds, "extra_special_tokens": {"image_token": "<ent>"}}, {}),
        (name, family, {**kinds, "mask_token": "<|im_start|>"}, {}),
        (name, family, kinds, {"added_tokens.json": {"<|im_start|>": "SIZE", "<ent>": "NEXT"}}),
        (name, family, {**kinds, "additional_special_tokens": ["<|im_start|>"]}, {"added_tokens.json": {"<|im_start|>": "SIZE"}}),
        (name, family, kinds, {"special_tokens_map.json": {"mask_token": "<|im_start|>", "additional_special_tokens": ["<ent>"]}}),
    ]

golden = pathlib.Path(sys.argv[1])


def placed(value, size):
    if isinstance(value, dict):
        return {placed(k, size): placed(v, size) for k, v in value.items()}
    return {"SIZE": size, "NEXT": size + 1}.get(value, value) if isinstance(value, str) else value


with open("settings.jsonl", "w") as out:
    for name, family, changes, files in CASES:
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            shutil.copy(golden / name / "tokenizer.json", folder)
            size = len(AutoTokenizer.from_pretrained(golden / name))
            changes, files = placed(changes, size), placed(files, size)
            (folder / "config.json").write_text(json.dumps({"model_type": family}))
            config = json.loads((golden / name / "tokenizer_config.json").read_text())
            if "added_tokens_decoder" in changes:  # as files have it: with the tokens of tokenizer.json
                for token in json.loads((folder / "tokenizer.json").read_text())["added_tokens"]:
                    changes["added_tokens_decoder"].setdefault(token.pop("id"), token)
            for key, value in changes.items():
                config.pop(key, None)
                if value is not None:
                    config[key] = value
            (folder / "tokenizer_config.json").write_text(json.dumps(config))
            for file, content in files.items():
                (folder / file).write_text(json.dumps(content))
            tokenizer = AutoTokenizer.from_pretrained(folder)
            ids = [tokenizer(text)["input_ids"] for text in TEXTS]
            skipped = [tokenizer.decode(row, skip_special_tokens=True) for row in ids]
            if name == "llama" and "added_tokens.json" in files:
                skipped = []  # newer versions of the native library put the space back that such a token took
            out.write(json.dumps({"tokenizer": name, "family": family, "config": changes, "files": files, "class": type(tokenizer).__name__, "size": len(tokenizer), "texts": TEXTS, "ids": ids, "decoded": skipped}, ensure_ascii=False) + "\n")
