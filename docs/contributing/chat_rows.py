"""Makes rows.json and model/: what Python makes of conversations for training.

    python chat_rows.py peft-tasks/src/test/resources      (torch 2.15.0, transformers 5.23.0)

Each tokenizer and template below meets each conversation. Templates with {% generation %} marks: ids
and masks are those of apply_chat_template(return_dict=True, return_assistant_tokens_mask=True).
Others: messages[:k] with the generation prompt and messages[:k + 1] are rendered and encoded for
each assistant turn k; the turn lies between the tokens that each of the two shares with the whole
conversation. Runs are [start, end). "completions" and "pairs" follow the steps of TRL's SFTTrainer
(1.16.0): text is encoded with the tokenizer's own special tokens, the end token is appended where
it is missing, and the completion starts where the prompt alone and the whole part.
"""
import json
import pathlib
import re
import sys

import jinja2
import torch
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

ROOT = pathlib.Path(sys.argv[1])
OUT = ROOT / "chat" / "rows"
TOKENIZERS = {"smollm2": ROOT / "chat" / "smollm2", "qwen2": ROOT / "golden" / "tokenizers" / "qwen2", "llama": ROOT / "golden" / "tokenizers" / "llama"}
RUNS = [
    ("smollm2", ["smollm2/chat_template", "rows/chatml_marked", "tags", "thinking", "turns"]),
    ("qwen2", ["qwen2", "rows/chatml_marked", "headers", "macros"]),
    ("llama", ["rows/llama_marked", "instructions"]),
]
MARK = re.compile(r"\{%-?\s*generation\s*-?%\}")
SYSTEM, USER, ASSISTANT = "system", "user", "assistant"


def said(*turns):
    return [{"role": role, "content": content} for role, content in turns]


CONVERSATIONS = [
    said((USER, "What is the capital of France?"), (ASSISTANT, "The capital of France is Paris.")),
    said((SYSTEM, "Be brief."), (USER, "What is 2 + 2?"), (ASSISTANT, "4"), (USER, "And 3 + 3?"), (ASSISTANT, "6")),
    said((USER, "Zähle bis „drei“. 🙂"), (ASSISTANT, "eins, zwei, drei 🎉🙂"), (USER, "你好，世界"), (ASSISTANT, "🙂")),
    said((SYSTEM, ""), (USER, "Hello!"), (ASSISTANT, "Hello! How can I help?")),
    said((USER, "Write add."), (ASSISTANT, "def add(a, b):\n    return a + b\n\n\nprint(add(2, 3))\n")),
    said((USER, "One"), (ASSISTANT, "1"), (USER, "Two"), (ASSISTANT, "2"), (USER, "Three"), (ASSISTANT, "3"), (USER, "Four"), (ASSISTANT, "4")),
    said((USER, "Say nothing."), (ASSISTANT, "")),
    said((USER, "Think."), (ASSISTANT, "<think>\nWhy?\n</think>\n\nBecause."), (USER, "Again."), (ASSISTANT, "<think>\nHow?\n</think>\n\nSo.")),
    said((USER, "a"), (USER, "b"), (ASSISTANT, "c"), (ASSISTANT, "d")),
    said((ASSISTANT, "I begin."), (USER, "Go on."), (ASSISTANT, "I end.")),
    said((SYSTEM, "Only this."), (USER, "No answer.")),
    said((USER, "Show <|im_end|> and </s>."), (ASSISTANT, "Here: <|im_end|> and </s>, done.")),
    said((USER, "tab\there \r\n"), (ASSISTANT, "\n  4 \r\n\t"), (USER, "  "), (ASSISTANT, "\n\n")),
    said((SYSTEM, "You answer in one short sentence."), (USER, "Why is the sky blue?"), (ASSISTANT, "Air scatters blue light."), (USER, "And red?")),
    [{"role": USER, "content": "Weather?"}, {"role": ASSISTANT, "content": "", "tool_calls": [{"name": "weather"}]},
     {"role": "tool", "content": "{\"sun\": true}"}, {"role": ASSISTANT, "content": "Sunny.", "reasoning_content": "The sun shines."}],
]
PAIRS = [
    ["The capital of France is", " Paris."],
    ["Question: 2 + 2?\nAnswer: ", "4"],
    ["Count.\n", "\n1, 2, 3 🙂"],
    ["", "Only this."],
    ["Ends already", " here</s>"],
    ["Ends already", " here<|im_end|>"],
]
BATCH = [1, 2, 4, 13]


def template_of(name):
    return (TOKENIZERS["qwen2"] / "chat_template.jinja" if name == "qwen2" else ROOT / "chat" / f"{name}.jinja").read_text(encoding="utf-8")


def shared(first, second):
    count = 0
    for a, b in zip(first, second):
        if a != b:
            break
        count += 1
    return count


def ids_of(tokenizer, text):
    return tokenizer(text, add_special_tokens=False)["input_ids"]


def runs_of(mask):
    runs = []
    for i, bit in enumerate(mask):
        if bit and runs and runs[-1][1] == i:
            runs[-1][1] = i + 1
        elif bit:
            runs.append([i, i + 1])
    return runs


def joined(runs, length):
    return runs_of([any(a <= i < b for a, b in runs) for i in range(length)])


def marked(tokenizer, template, messages):
    row = tokenizer.apply_chat_template(messages, chat_template=template, tokenize=True, return_dict=True, return_assistant_tokens_mask=True)
    return {"ids": row["input_ids"], "runs": runs_of(row["assistant_masks"])}


class NoPrefix(Exception):
    pass


def turn(tokenizer, render, messages, whole, k):
    if k == 0:
        raise NoPrefix
    head, end = render(messages[:k], True), render(messages[:k + 1], False)
    text = render(messages, False)
    if not (text.startswith(head) and text.startswith(end) and end.startswith(head)):
        raise NoPrefix
    return [shared(ids_of(tokenizer, head), whole), shared(ids_of(tokenizer, end), whole)]


def attempt(compute):
    try:
        return compute()
    except NoPrefix:
        return "prefix"
    except jinja2.exceptions.TemplateError:
        return "raised"


def differences(tokenizer, template, messages):
    def render(part, prompt):
        return tokenizer.apply_chat_template(part, chat_template=template, tokenize=False, add_generation_prompt=prompt)

    whole = ids_of(tokenizer, render(messages, False))
    answers = [k for k, m in enumerate(messages) if m["role"] == ASSISTANT]
    runs = attempt(lambda: joined([turn(tokenizer, render, messages, whole, k) for k in answers], len(whole)))
    last = attempt(lambda: joined([turn(tokenizer, render, messages, whole, k) for k in answers[-1:]], len(whole)))
    return {"ids": whole, "runs": runs, "last": last}


def completion(tokenizer, template, messages):
    """All but the last message are the prompt; assistant marks count where the template has them."""
    prompt = tokenizer.apply_chat_template(messages[:-1], chat_template=template, add_generation_prompt=True, return_dict=True)["input_ids"]
    marks = bool(MARK.search(template))
    row = tokenizer.apply_chat_template(messages, chat_template=template, return_dict=True, return_assistant_tokens_mask=marks)
    start = shared(prompt, row["input_ids"])
    mask = row["assistant_masks"] if marks else [1] * len(row["input_ids"])
    return {"runs": runs_of([bit if i >= start else 0 for i, bit in enumerate(mask)])}


def pair(tokenizer, prompt, text):
    text = text if text.endswith(tokenizer.eos_token) else text + tokenizer.eos_token
    head, row = tokenizer(text=prompt)["input_ids"], tokenizer(text=prompt + text)["input_ids"]
    return {"prompt": prompt, "completion": text, "ids": row, "start": shared(head, row)}


def loss(rows):
    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(TOKENIZERS["qwen2"])
    size = (max(tokenizer.get_vocab().values()) // 8 + 1) * 8
    config = LlamaConfig(vocab_size=size, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1,
                         max_position_embeddings=512, tie_word_embeddings=False, pad_token_id=None, bos_token_id=None, eos_token_id=None)
    model = LlamaForCausalLM(config).eval()
    for parameter in model.parameters():
        parameter.data = torch.randn_like(parameter) * 0.3 + (1 if parameter.dim() == 1 else 0)
    model.save_pretrained(OUT / "model")
    width = max(len(row["ids"]) for row in rows)
    result = {"conversations": BATCH}
    for name in ("runs", "all"):
        ids, mask, labels = [], [], []
        for row in rows:
            fill = width - len(row["ids"])
            counts = joined(row["runs"] if name == "runs" else [[0, len(row["ids"])]], len(row["ids"]))
            ids.append(row["ids"] + [0] * fill)
            mask.append([1] * len(row["ids"]) + [0] * fill)
            labels.append([t if any(a <= i < b for a, b in counts) else -100 for i, t in enumerate(row["ids"])] + [-100] * fill)
        with torch.no_grad():
            out = model(input_ids=torch.tensor(ids), attention_mask=torch.tensor(mask), labels=torch.tensor(labels))
        result[name] = out.loss.item()
    return result


def main():
    rows, completions, pairs = [], [], []
    for name, templates in RUNS:
        tokenizer = AutoTokenizer.from_pretrained(TOKENIZERS[name])
        for template in templates:
            text = template_of(template)
            make = marked if MARK.search(text) else differences
            for i, messages in enumerate(CONVERSATIONS):
                made = attempt(lambda: make(tokenizer, text, messages))
                rows.append({"tokenizer": name, "template": template, "conversation": i, **(made if isinstance(made, dict) else {"error": made})})
            for i in (0, 1, 4):
                made = attempt(lambda: completion(tokenizer, text, CONVERSATIONS[i]))
                completions.append({"tokenizer": name, "template": template, "conversation": i, **(made if isinstance(made, dict) else {"error": made})})
        pairs += [{"tokenizer": name, **pair(tokenizer, *texts)} for texts in PAIRS]
    batch = [next(r for r in rows if (r["tokenizer"], r["template"], r["conversation"]) == ("qwen2", "rows/chatml_marked", i)) for i in BATCH]
    result = {"conversations": CONVERSATIONS, "rows": rows, "completions": completions, "pairs": pairs, "loss": loss(batch)}
    lines = [json.dumps(key) + ": " + ("[\n" + ",\n".join(json.dumps(v, ensure_ascii=False) for v in value) + "\n]" if isinstance(value, list) else json.dumps(value))
             for key, value in result.items()]
    (OUT / "rows.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
