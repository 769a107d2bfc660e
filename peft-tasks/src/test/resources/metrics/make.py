"""Makes seqeval.json: random rows of tags and what seqeval 1.2.2 says of them.

    python make.py
"""
import json
import pathlib
import random

from seqeval.metrics import f1_score, precision_score, recall_score
from seqeval.metrics.sequence_labeling import get_entities

TAGS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "E-PER", "S-LOC", "I", "E-LOC"]


def main():
    rng = random.Random(5)
    labels = [[rng.choice(TAGS) for _ in range(60)] for _ in range(5)]
    predicted = [[tag if rng.random() < 0.8 else rng.choice(TAGS) for tag in row] for row in labels]
    result = {"labels": labels, "predicted": predicted, "entities": [[list(e) for e in get_entities(row)] for row in labels],
              "precision": precision_score(labels, predicted), "recall": recall_score(labels, predicted), "f1": f1_score(labels, predicted),
              "macro_f1": f1_score(labels, predicted, average="macro")}
    path = pathlib.Path(__file__).parent / "seqeval.json"
    path.write_text(json.dumps(result) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
