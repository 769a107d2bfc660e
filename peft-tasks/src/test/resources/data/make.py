"""Writes expected.json: what transformers makes of the small files here with the golden tokenizers.

    python make.py ../golden/tokenizers        (transformers 5.23.0, tokenizers 0.23.3)

qa.json, pii.tsv and money.tsv are the project's own words; devil.tsv is Bierce, 1911, public domain.
"""
import json
import sys
from pathlib import Path

from transformers import AutoTokenizer

HERE = Path(__file__).parent
GOLDEN = Path(sys.argv[1])


def table(name):
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    head = lines[0].split("\t")
    return [dict(zip(head, line.split("\t"))) for line in lines[1:]]


def load(name):
    return AutoTokenizer.from_pretrained(GOLDEN / name)


def tagging(name, all_tokens=False, max_length=40):
    """As run_ner.py does it."""
    tokenizer, rows = load(name), table("pii.tsv")
    names = list(dict.fromkeys(tag for row in rows for tag in row["tags"].split(" ")))
    inside = [names.index("I-" + n[2:]) if n.startswith("B-") and "I-" + n[2:] in names else i for i, n in enumerate(names)]
    out = []
    for row in rows:
        tags = [names.index(tag) for tag in row["tags"].split(" ")]
        enc = tokenizer(row["tokens"].split(" "), is_split_into_words=True, truncation=True, max_length=max_length)
        labels, last = [], None
        for word in enc.word_ids():
            if word is None:
                labels.append(-100)
            elif word != last:
                labels.append(tags[word])
            else:
                labels.append(inside[tags[word]] if all_tokens else -100)
            last = word
        out.append({"ids": enc["input_ids"], "labels": labels})
    return {"names": names, "rows": out}


def questions(name, max_length, stride):
    """Windows and what they hold as run_qa.py does it; start and end are all tokens that share a character with the answer.

    run_qa.py itself takes one of several tokens that are bytes of the same character: the same text.
    """
    tokenizer = load(name)
    items = [(q["question"], p["context"], q["answers"])
             for a in json.loads((HERE / "qa.json").read_text(encoding="utf-8"))["data"] for p in a["paragraphs"] for q in p["qas"]]
    enc = tokenizer([i[0] for i in items], [i[1] for i in items], truncation="only_second", max_length=max_length, stride=stride,
                    return_overflowing_tokens=True, return_offsets_mapping=True)
    out = []
    for w, sample in enumerate(enc["overflow_to_sample_mapping"]):
        answers, ids, seq, offsets = items[sample][2], enc["input_ids"][w], enc.sequence_ids(w), enc["offset_mapping"][w]
        start = end = 0
        first = seq.index(1)
        last = len(ids) - 1 - seq[::-1].index(1)
        if answers:
            a = answers[0]["answer_start"]
            b = a + len(answers[0]["text"])
            if offsets[first][0] <= a and offsets[last][1] >= b:
                i = first
                while i < len(offsets) and offsets[i][0] <= a and seq[i] == 1:
                    i += 1
                start = i - 1
                i = last
                while offsets[i][1] >= b and i >= first:
                    i -= 1
                end = i + 1
                inside = [k for k in range(first, last + 1) if offsets[k][0] < b and offsets[k][1] > a]
                text = items[sample][1]
                assert text[offsets[start][0]:offsets[end][1]] == text[offsets[inside[0]][0]:offsets[inside[-1]][1]]
                start, end = inside[0], inside[-1]
        out.append({"sample": sample, "length": len(ids), "start": start, "end": end, "context": [first, last + 1],
                    "text": items[sample][1][offsets[start][0]:offsets[end][1]] if end else ""})
    return out


def blocks(length=32):
    tokenizer = load("gpt2")
    ids = [tokenizer.eos_token_id]
    for row in table("devil.tsv"):
        if row["split"] == "train":
            ids += tokenizer(row["text"])["input_ids"] + [tokenizer.eos_token_id]
    return {"ids": ids}


def pairs(name):
    tokenizer = load(name)
    rows = [row for row in table("money.tsv") if row["split"] == "train"]
    enc = tokenizer([r["input"] for r in rows], text_target=[r["target"] for r in rows], truncation=True, max_length=24)
    return {"input_ids": enc["input_ids"], "labels": enc["labels"]}


def completions(name):
    """As trl does it: the prompt alone, and prompt with completion, the end token behind."""
    tokenizer, out = load(name), []
    for row in table("money.tsv"):
        if row["split"] == "train":
            prompt = tokenizer(row["input"] + " =")["input_ids"]
            whole = tokenizer(row["input"] + " = " + row["target"])["input_ids"] + [tokenizer.eos_token_id]
            assert whole[: len(prompt)] == prompt
            out.append({"ids": whole, "labels": [-100] * len(prompt) + whole[len(prompt):]})
    return out


expected = {
    "tagging": {name: tagging(name) for name in ("bert", "mpnet", "deberta")},
    "tagging_all": {name: tagging(name, True) for name in ("bert", "deberta")},
    "questions": {"bert": questions("bert", 80, 16), "roberta": questions("roberta", 96, 24)},
    "blocks": blocks(),
    "seq2seq": pairs("t5"),
    "completions": {name: completions(name) for name in ("gpt2", "llama", "qwen2")},
}
(HERE / "expected.json").write_text(json.dumps(expected, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
