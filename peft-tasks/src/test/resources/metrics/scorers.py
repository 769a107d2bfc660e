"""Writes scorers.json: what scikit-learn, seqeval and rouge_score say of given predictions. Run beside it."""
import json
import random

from rouge_score import rouge_scorer
from seqeval import metrics as entities
from sklearn import metrics

random.seed(7)
tags = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
rows = [[random.choice([0, 0, 1, 2, 3, 4]) for _ in range(n)] for n in (6, 3, 9, 1)]
guessed = [[t if random.random() < 0.7 else random.randrange(5) for t in row] for row in rows]
named = [[[tags[t] for t in row] for row in part] for part in (rows, guessed)]
report = entities.classification_report(*named, output_dict=True)
tokens = {"tags": tags, "labels": rows, "predicted": guessed, "figures": {
    "precision": entities.precision_score(*named), "recall": entities.recall_score(*named),
    "f1": entities.f1_score(*named), "accuracy": entities.accuracy_score(*named),
    **{"f1_" + t: report[t]["f1-score"] for t in ("PER", "LOC")}}}

labels = [random.randrange(4) for _ in range(40)]
guess = [x if random.random() < 0.6 else random.randrange(4) for x in labels]
each = metrics.f1_score(labels, guess, average=None, labels=range(4))
classes = {"labels": labels, "predicted": guess, "figures": {
    "accuracy": metrics.accuracy_score(labels, guess), "f1_macro": metrics.f1_score(labels, guess, average="macro"),
    "f1_micro": metrics.f1_score(labels, guess, average="micro"),
    "matthews_correlation": metrics.matthews_corrcoef(labels, guess),
    **{"f1_%s" % "abcd"[i]: each[i] for i in range(4)}}}

many = [[random.randrange(2) for _ in range(3)] for _ in range(20)]
several = [[x if random.random() < 0.7 else 1 - x for x in row] for row in many]
one = metrics.f1_score(many, several, average=None)
multi = {"labels": many, "predicted": several, "figures": {
    "accuracy": metrics.accuracy_score(many, several), "f1_macro": metrics.f1_score(many, several, average="macro"),
    "f1_micro": metrics.f1_score(many, several, average="micro"), **{"f1_%s" % "abc"[i]: one[i] for i in range(3)}}}

relevant = [[2], [0, 3], [1, 4, 5]]
scores = [[random.random() for _ in range(6)] for _ in relevant]
gains = [[1 if d in r else 0 for d in range(6)] for r in relevant]
search = {"scores": scores, "relevant": relevant, "figures": {
    "ndcg@10": metrics.ndcg_score(gains, scores, k=10), "ndcg@2": metrics.ndcg_score(gains, scores, k=2)}}

texts = ["The cat sat on the mat.", "a dog", "Rain in Spain falls, mainly"]
references = ["A cat sat down on a mat", "the dog ran", "the rain in Spain"]
scorer = rouge_scorer.RougeScorer(["rougeL"])
rouge = {"texts": texts, "references": references, "figures": {
    "rougeL": sum(scorer.score(r, t)["rougeL"].fmeasure for r, t in zip(references, texts)) / 3}}

with open("scorers.json", "w") as file:
    json.dump({"tokens": tokens, "classes": classes, "multi": multi, "search": search, "rouge": rouge}, file)
    file.write("\n")
