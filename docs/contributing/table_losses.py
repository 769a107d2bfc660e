"""Trains golden models on tables that pandas reads, and notes the losses, as the tests of peft-tasks want them.

    python docs/contributing/table_losses.py peft-core/src/test/resources/golden peft-tasks/src/test/resources/tables

`topics.csv` has several labels a row, `scores.csv` a number. Each is read with pandas, tokenized with the model's own
tokenizer, and learned in one batch a step from the golden adapter on, with torch's AdamW and without dropout.
"""
import json
import sys
from pathlib import Path

import pandas as pd
import peft
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

STEPS = 4
RATE = 1e-3
TOPICS = ["art", "money", "news", "sport"]


def losses(golden, model, adapter, texts, labels, problem):
    folder = golden / "models" / model
    base = AutoModelForSequenceClassification.from_pretrained(
        folder,
        attn_implementation="eager",
        problem_type=problem,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    net = peft.PeftModel.from_pretrained(base, golden / "adapters" / adapter, is_trainable=True)
    batch = AutoTokenizer.from_pretrained(folder)(texts, padding=True, return_tensors="pt")
    net.eval()
    with torch.no_grad():
        evaluated = net(**batch, labels=labels).loss.item()
    net.train()
    optimizer = torch.optim.AdamW((p for p in net.parameters() if p.requires_grad), lr=RATE, weight_decay=0.0)
    trained = []
    for _ in range(STEPS):
        loss = net(**batch, labels=labels).loss
        trained.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return {"evaluated": [evaluated], "trained": trained}


def main(golden, tables):
    topics = pd.read_csv(tables / "topics.csv", keep_default_na=False)
    hot = torch.tensor([[float(topic in cell.split("|")) for topic in TOPICS] for cell in topics["topics"]])
    scores = pd.read_csv(tables / "scores.csv", sep=";", decimal=".")
    numbers = torch.tensor(scores["score"].to_numpy(), dtype=torch.float32)
    found = {
        "topics": losses(
            golden, "bert-seqcls-multilabel", "lora-multilabel", list(topics["text"]), hot, "multi_label_classification"
        ),
        "scores": losses(golden, "bert-seqcls-regression", "lora-regression", list(scores["text"]), numbers, "regression"),
    }
    (tables / "losses.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
