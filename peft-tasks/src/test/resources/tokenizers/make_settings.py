"""What transformers 5.23 makes of tokenizer.json and the files around it: settings.jsonl.

    python make_settings.py GOLDEN_TOKENIZERS

Each line: a golden tokenizer, the family in config.json, what is changed in tokenizer_config.json (null takes a key
away), further files, and then the ids of some texts, the ids decoded again, and the number of tokens.
"""
import json, pathlib, shutil, sys, tempfile
from transformers import AutoTokenizer

TEXTS = ["Hello World", "the fox", "Möwe 中文 don't  stop.", "<|im_start|>user hello <ent>a<|im_end|>", "a [MASK] b", "a <|im_start|> b"]
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

UNIGRAM = (("xlm-roberta", "XLMRobertaTokenizer"), ("camembert", "CamembertTokenizer"), ("mbart", "MBartTokenizer"))
CASES += [("unigram", f, {"tokenizer_class": c, **s}, {}) for f, c in (*UNIGRAM, ("xlm-roberta", None), ("camembert", None), ("mbart", None), ("xlm-roberta", "TokenizersBackend"))
          for s in ({}, {"add_prefix_space": False}, {"eos_token": "<unk>"}, {"src_lang": "ro_RO", "tgt_lang": "en_XX"}, {"mask_token": "<|im_start|>"}, {"cls_token": "<pad>", "sep_token": "<unk>"})]
for name, family, kind in (*(("unigram", *u) for u in UNIGRAM), ("t5", "t5", "T5Tokenizer"), ("gemma", "gemma2", "GemmaTokenizer"), ("qwen2", "qwen2", "Qwen2Tokenizer"), ("mpnet", "mpnet", "MPNetTokenizer"),
                           ("opt", "opt", "GPT2Tokenizer"), ("gpt2", "gpt_neox", "GPTNeoXTokenizer"), ("llama", "llama", "LlamaTokenizer"), ("bert", "distilbert", "DistilBertTokenizer"), ("deberta", "deberta-v2", "DebertaV2Tokenizer")):
    kinds = {"tokenizer_class": kind, **({"extra_ids": 0} if name == "t5" else {})}
    CASES += [
        *([] if name == "qwen2" else [(name, family, {**kinds, "added_tokens_decoder": {"SIZE": IM, "NEXT": WIDE}}, {})]),
        (name, family, {**kinds, "extra_special_tokens": ["<|im_start|>", "<|im_end|>"]}, {}),
        (name, family, {**kinds, "additional_special_tokens": ["<|im_start|>", "<|im_end|>"]}, {}),
        (name, family, {**kinds, "mask_token": {"__type": "AddedToken", **IM, "lstrip": True}}, {}),
        *([] if name == "qwen2" else [(name, family, kinds, {"added_tokens.json": {"<|im_start|>": "SIZE", "<ent>": "NEXT"}})]),
        (name, family, kinds, {"special_tokens_map.json": {"mask_token": "<|im_start|>", "additional_special_tokens": ["<ent>"]}}),
    ]

golden = pathlib.Path(sys.argv[1])


def unigram(folder):
    """A tokenizer in the form of XLM-RoBERTa's and mBART's, with the pieces of the golden T5."""
    whole = json.loads((golden / "t5" / "tokenizer.json").read_text())
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    last = ["en_XX", "ro_RO", "<mask>"]
    pieces = [p for p in whole["model"]["vocab"] if not p[0].startswith("<") and p[0] not in special]
    whole["model"] = {"type": "Unigram", "unk_id": 3, "byte_fallback": False, "vocab": [[t, 0.0] for t in special] + pieces + [[t, 0.0] for t in last]}
    ids = {token: i for i, (token, _) in enumerate(whole["model"]["vocab"])}
    whole["added_tokens"] = [{"id": ids[t], "content": t, "single_word": False, "lstrip": t == "<mask>", "rstrip": False, "normalized": False, "special": True} for t in special + last]
    piece = lambda t, s: {"SpecialToken": {"id": t, "type_id": s}}
    a, b = {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}
    whole["post_processor"] = {"type": "TemplateProcessing", "single": [piece("<s>", 0), a, piece("</s>", 0)], "pair": [piece("<s>", 0), a, piece("</s>", 0), piece("</s>", 0), b, piece("</s>", 0)],
                               "special_tokens": {t: {"id": t, "ids": [ids[t]], "tokens": [t]} for t in ("<s>", "</s>")}}
    folder.mkdir(exist_ok=True)
    (folder / "tokenizer.json").write_text(json.dumps(whole, ensure_ascii=False))
    (folder / "tokenizer_config.json").write_text(json.dumps({"model_max_length": 64}))


unigram(pathlib.Path(__file__).parent / "unigram")


def files_of(name):
    return pathlib.Path(__file__).parent / name if name == "unigram" else golden / name


def placed(value, size):
    if isinstance(value, dict):
        return {placed(k, size): placed(v, size) for k, v in value.items()}
    return {"SIZE": size, "NEXT": size + 1}.get(value, value) if isinstance(value, str) else value


with open("settings.jsonl", "w") as out:
    for name, family, changes, files in CASES:
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            shutil.copy(files_of(name) / "tokenizer.json", folder)
            size = len(AutoTokenizer.from_pretrained(files_of(name)))
            changes, files = placed(changes, size), placed(files, size)
            (folder / "config.json").write_text(json.dumps({"model_type": family}))
            config = json.loads((files_of(name) / "tokenizer_config.json").read_text())
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
            try:
                tokenizer = AutoTokenizer.from_pretrained(folder)
            except Exception as error:
                print(name, family, changes, files, type(error).__name__, error)
                continue
            ids = [tokenizer(text)["input_ids"] for text in TEXTS]
            skipped = [tokenizer.decode(row, skip_special_tokens=True) for row in ids]
            if name == "llama" and "added_tokens.json" in files:
                skipped = []  # newer versions of the native library put the space back that such a token took
            out.write(json.dumps({"tokenizer": name, "family": family, "config": changes, "files": files, "class": type(tokenizer).__name__, "size": len(tokenizer), "texts": TEXTS, "ids": ids, "pair": tokenizer("the fox", "a b")["input_ids"], "decoded": skipped}, ensure_ascii=False) + "\n")
