"""Which inputs transformers 5.23 takes from a tokenizer whose file is silent: input_names.csv.

Run beside golden/tokenizers: python make_input_names.py GOLDEN_TOKENIZERS
"""
import csv, json, pathlib, shutil, sys, tempfile
from transformers import AutoTokenizer

ROWS = [
    ("bert", "bert", ["BertTokenizer", "BertTokenizerFast", "PreTrainedTokenizerFast", "RobertaTokenizer", ""]),
    ("electra", "bert", ["ElectraTokenizer", "ElectraTokenizerFast", "TokenizersBackend", ""]),
    ("distilbert", "bert", ["DistilBertTokenizer", "DistilBertTokenizerFast", "BertTokenizer", "TokenizersBackend"]),
    ("mpnet", "mpnet", ["MPNetTokenizer", "MPNetTokenizerFast", ""]),
    ("roberta", "roberta", ["RobertaTokenizer", "RobertaTokenizerFast", "PreTrainedTokenizerFast", ""]),
    ("bart", "roberta", ["BartTokenizer", "BartTokenizerFast", "RobertaTokenizer", "TokenizersBackend", ""]),
    ("xlm-roberta", "t5", ["TokenizersBackend"]),
    ("deberta-v2", "deberta", ["DebertaV2Tokenizer", "DebertaV2TokenizerFast", "TokenizersBackend", ""]),
    ("gpt2", "gpt2", ["GPT2Tokenizer", "GPT2TokenizerFast", "PreTrainedTokenizerFast", ""]),
    ("opt", "opt", ["GPT2Tokenizer", "TokenizersBackend", ""]),
    ("gpt_neox", "gpt2", ["GPTNeoXTokenizer", "GPTNeoXTokenizerFast", ""]),
    ("llama", "llama", ["LlamaTokenizer", "LlamaTokenizerFast", "TokenizersBackend", ""]),
    ("llama", "gpt2", ["LlamaTokenizer", "PreTrainedTokenizerFast", ""]),
    ("mistral", "llama", ["LlamaTokenizer", "TokenizersBackend"]),
    ("phi3", "llama", ["LlamaTokenizer", "TokenizersBackend"]),
    ("qwen2", "qwen2", ["Qwen2Tokenizer", "PreTrainedTokenizerFast", ""]),
    ("qwen3", "qwen2", ["Qwen2Tokenizer", "PreTrainedTokenizerFast", ""]),
    ("gemma2", "gemma", ["GemmaTokenizer", "GemmaTokenizerFast", ""]),
    ("t5", "t5", ["T5Tokenizer", "T5TokenizerFast", ""]),
    ("mt5", "t5", ["T5Tokenizer", ""]),
]

golden = pathlib.Path(sys.argv[1])
with open("input_names.csv", "w", newline="") as out:
    write = csv.writer(out, lineterminator="\n").writerow
    write(["model_type", "tokenizer", "tokenizer_class", "class", "inputs"])
    for family, name, classes in ROWS:
        for declared in classes:
            with tempfile.TemporaryDirectory() as folder:
                folder = pathlib.Path(folder)
                shutil.copy(golden / name / "tokenizer.json", folder)
                (folder / "config.json").write_text(json.dumps({"model_type": family}))
                config = json.loads((golden / name / "tokenizer_config.json").read_text())
                config.pop("model_input_names", None)
                config.pop("tokenizer_class", None)
                if declared:
                    config["tokenizer_class"] = declared
                (folder / "tokenizer_config.json").write_text(json.dumps(config))
                tokenizer = AutoTokenizer.from_pretrained(folder)
                write([family, name, declared, type(tokenizer).__name__, " ".join(tokenizer.model_input_names)])
