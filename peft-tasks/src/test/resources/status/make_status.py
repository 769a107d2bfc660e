"""Writes model_status.json: what Python PEFT says of models with two adapters, after each of a few calls.

    python make_status.py GOLDEN > model_status.json

GOLDEN holds adapters/ and models/ of the golden files. Needs torch, transformers and peft.
"""
import dataclasses
import json
import sys

from peft import PeftModel
from transformers import AutoModelForSequenceClassification

GOLDEN = sys.argv[1]


def state(model):
    def fields(status):
        return {k: v for k, v in dataclasses.asdict(status).items() if k not in ("devices", "quantization_backend")}

    return {"model": fields(model.get_model_status()), "layers": [fields(layer) for layer in model.get_layer_status()]}


def played(case, merges):
    base = AutoModelForSequenceClassification.from_pretrained(f"{GOLDEN}/models/bert-seqcls")
    folder = f"{GOLDEN}/adapters/{case}"
    model = PeftModel.from_pretrained(base, f"{folder}/one", adapter_name="one", is_trainable=True)
    model.load_adapter(f"{folder}/two", "two", is_trainable=True)
    states = {"loaded": state(model)}
    model.set_adapter("two")
    states["second"] = state(model)
    model.set_adapter("one")
    if merges:
        model.merge_adapter()
        states["merged"] = state(model)
        model.unmerge_adapter()
    with model.disable_adapter():
        states["disabled"] = state(model)
    model.delete_adapter("two")
    states["deleted"] = state(model)
    return {"case": case, "states": states}


json.dump([played("multi-lora-merge-heads", False), played("multi-oft", True)], sys.stdout, indent=1)
