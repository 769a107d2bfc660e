"""What transformers 5.23 makes of a vocabulary without tokenizer.json: vocabularies.jsonl.

    python make_vocabularies.py GOLDEN_TOKENIZERS

The vocabulary is that of a golden tokenizer: vocab.txt, or vocab.json and merges.txt.
"""
import json, pathlib, sys, tempfile
from transformers import AutoTokenizer

TEXTS = ["Hello World, the fox.", "Möwe 中文 don't  stop.", "a [MASK] <mask> <|endoftext|> b", ""]
CASES = [
    ("bert", "bert", {}), ("bert", "bert", {"do_lower_case": False}), ("bert", "bert", {"tokenizer_class": "BertTokenizer", "tokenize_chinese_chars": False}),
    ("bert", "distilbert", {"tokenizer_class": "DistilBertTokenizer"}), ("bert", "electra", {"tokenizer_class": "ElectraTokenizer"}),
    ("bert-cased", "bert", {"do_lower_case": False}), ("mpnet", "mpnet", {}), ("mpnet", "mpnet", {"tokenizer_class": "MPNetTokenizer", "do_lower_case": False}),
    ("roberta", "roberta", {}), ("roberta", "bart", {"tokenizer_class": "BartTokenizer"}), ("roberta", "roberta", {"add_prefix_space": True}),
    ("gpt2", "gpt2", {}), ("gpt2", "gpt2", {"add_prefix_space": True, "add_bos_token": True}), ("gpt2", "opt", {"bos_token": "<|endoftext|>", "add_bos_token": True, "add_eos_token": True}),
    ("qwen2", "qwen2", {"tokenizer_class": "Qwen2Tokenizer"}), ("qwen2", "qwen3", {"pad_token": "<|endoftext|>"}),
]
TEXT = "x <|im_start|>user <ent>a<|im_end|>"
IM = {"content": "<|im_start|>", "lstrip": False, "rstrip": False, "normalized": False, "single_word": False, "special": True}
WIDE = {"content": "<ent>", "lstrip": True, "rstrip": True, "normalized": False, "single_word": False, "special": False}
ADDED = [
    (name, family, config, files)
    for name, family in (("bert", "bert"), ("bert", "distilbert"), ("mpnet", "mpnet"), ("roberta", "roberta"), ("gpt2", "gpt2"), ("gpt2", "gpt_neox"))
    for config, files in (
        ({"added_tokens_decoder": {"SIZE": IM, "NEXT": WIDE}}, {}), ({"extra_special_tokens": ["<|im_start|>", "<|im_end|>"]}, {}), ({"additional_special_tokens": ["<|im_start|>"]}, {}),
        ({"mask_token": "<|im_start|>"}, {}), ({}, {"added_tokens.json": {"<|im_start|>": "SIZE", "<ent>": "NEXT"}}),
        ({}, {"special_tokens_map.json": {"mask_token": "<|im_start|>", "additional_special_tokens": ["<ent>"]}}))
]


def placed(value, size):
    if isinstance(value, dict):
        return {placed(k, size): placed(v, size) for k, v in value.items()}
    return {"SIZE": size, "NEXT": size + 1}.get(value, value) if isinstance(value, str) else value


golden = pathlib.Path(sys.argv[1])
with open("vocabularies.jsonl", "w") as out:
    for name, family, config, files in [(*case, {}) for case in CASES] + ADDED:
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            whole = json.loads((golden / name / "tokenizer.json").read_text())
            vocabulary = dict(whole["model"]["vocab"])
            for token in whole["added_tokens"]:
                vocabulary.setdefault(token["content"], token["id"])
            tokens = sorted(vocabulary, key=vocabulary.get)
            if whole["model"]["type"] == "WordPiece":
                (folder / "vocab.txt").write_text("".join(t + "\n" for t in tokens))
            else:
                (folder / "vocab.json").write_text(json.dumps(vocabulary))
                merges = [m if isinstance(m, str) else " ".join(m) for m in whole["model"]["merges"]]
                (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(m + "\n" for m in merges))
            config, files = placed(config, len(vocabulary)), placed(files, len(vocabulary))
            for file, content in files.items():
                (folder / file).write_text(json.dumps(content))
            texts = TEXTS + [TEXT]
            (folder / "config.json").write_text(json.dumps({"model_type": family}))
            (folder / "tokenizer_config.json").write_text(json.dumps(config))
            tokenizer = AutoTokenizer.from_pretrained(folder)
            ids = [tokenizer(text)["input_ids"] for text in texts]
            pair = tokenizer("the fox", "a b")
            out.write(json.dumps({"tokenizer": name, "family": family, "config": config, "files": files, "class": type(tokenizer).__name__, "size": len(tokenizer), "texts": texts, "ids": ids,
                                  "pair": pair["input_ids"], "pad": tokenizer.pad_token_id, "eos": tokenizer.eos_token_id,
                                  "decoded": [tokenizer.decode(row, skip_special_tokens=True) for row in ids]}, ensure_ascii=False) + "\n")
