"""Makes entities.json: what transformers' token classification pipeline finds in some texts.

    python make.py        (transformers 5.23.0; the tokenizer is golden/tokenizers/bert)

For BPE and Unigram, which mark no pieces of words, there are entities_gpt2.json and others like it.
The model is a tiny random BERT; its logits are stored, so that only what is made of them counts.
"""
import json
import pathlib

import torch
from transformers import AutoTokenizer, BertConfig, BertForTokenClassification, pipeline

HERE = pathlib.Path(__file__).parent
LABELS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "MISC"]
TEXTS = ["The boats leave the quay, unbelievably.", "Harbour-master's 🙂 sailing boats returned yesterday evening!", "boat", ""]


def make(name, file):
    torch.manual_seed(3)
    tokenizer = AutoTokenizer.from_pretrained(HERE.parent / "golden/tokenizers" / name)
    config = BertConfig(vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, num_labels=len(LABELS),
                        id2label=dict(enumerate(LABELS)), label2id={l: i for i, l in enumerate(LABELS)}, initializer_range=1.0)
    model = BertForTokenClassification(config).eval()
    cases = []
    for text in TEXTS if name == "bert" else [t for t in TEXTS if t]:
        encoded = tokenizer(text, return_tensors="pt")
        with torch.no_grad():
            logits = model(**encoded).logits[0]
        found = {}
        for strategy in ("none", "simple", "first", "average", "max"):
            pipe = pipeline("token-classification", model=model, tokenizer=tokenizer, aggregation_strategy=strategy)
            entities = pipe(text) if text else []
            found[strategy] = [{"entity": e.get("entity", e.get("entity_group")), "score": float(e["score"]), "start": e["start"], "end": e["end"],
                                "index": e.get("index"), "word": e["word"]} for e in entities]
        cases.append({"text": text, "logits": logits.flatten().tolist(), "found": found})
    (HERE / file).write_text(json.dumps({"labels": LABELS, "cases": cases}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for case in cases:
        print(case["text"], tokenizer.tokenize(case["text"]), {k: [(e["entity"], e["start"], e["end"]) for e in v] for k, v in case["found"].items()})


if __name__ == "__main__":
    make("bert", "entities.json")
    for other in ("gpt2", "roberta", "llama", "t5"):
        make(other, f"entities_{other}.json")
