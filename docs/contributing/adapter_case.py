"""Makes a case of what Python PEFT computes with one adapter, on a base that golden_case.py made.

    python adapter_case.py adapter_config.json AutoModelForCausalLM OUT/models/NAME OUT/adapters/CASE
    ./peft conformance OUT --only 'adapters/CASE'

adapter_config.json holds peft_type, task_type and the options to be tried, every dropout 0. Needs torch, transformers, peft and
safetensors; each run gives the same files.
"""
import copy
import json
import re
import sys
from pathlib import Path

import peft
import torch
import transformers
from safetensors.torch import load_file, save_file

STEPS, SGD_RATE, ADAMW_RATE = 4, 0.1, 0.01


def moved(model):
    """No trained tensor at its start: where B is zero, nothing shows."""
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for tensor in trained(model).values():
            tensor.add_(0.2 * torch.randn(tensor.shape, generator=generator))
    return model


def trained(model):
    """The trained tensors under their keys in the file."""
    inside = r"\.(modules_to_save|original_module)\.default|\.default(?=\.|$)"
    keys = {re.sub(inside, "", name): p for name, p in model.named_parameters() if p.requires_grad}
    encoder = [key for key in keys if key.startswith("prompt_encoder.")]
    if encoder == ["prompt_encoder.embedding.weight"]:  # no encoder: the rows themselves are in the file
        keys["prompt_embeddings"] = keys.pop(encoder[0])
    return keys


def fields(output, prefix):
    return {f"{prefix}.{k}": v for k, v in output.items() if isinstance(v, torch.Tensor)}


def evaluated(model, inputs, prefix):
    model.eval()
    with torch.no_grad():
        return fields(model(**inputs), prefix)


def steps(model, inputs, optimizer, prefix):
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = model(**inputs).loss
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    after = {f"{prefix}.param.{key}": p for key, p in trained(model).items()}
    return {f"{prefix}.losses": torch.stack(losses)} | after


def training(model, inputs):
    """Gradients, and where two optimizers lead from the same start."""
    model.train()
    model(**inputs).loss.backward()
    found = {"grad." + key: p.grad for key, p in trained(model).items()}
    model.zero_grad()
    plain, adamw = copy.deepcopy(model), copy.deepcopy(model)
    found |= steps(plain, inputs, torch.optim.SGD(trained(plain).values(), lr=SGD_RATE), "sgd")
    return found | steps(adamw, inputs, torch.optim.AdamW(trained(adamw).values(), lr=ADAMW_RATE, weight_decay=0.01), "adamw")


def main(config_file, auto_class, base, out):
    base, out = Path(base), Path(out)
    values = json.loads(Path(config_file).read_text())
    inputs = {k[3:]: v for k, v in load_file(base / "expected" / "forward.safetensors").items() if k.startswith("in.")}
    torch.manual_seed(0)
    plain = getattr(transformers, auto_class).from_pretrained(base, attn_implementation="eager").eval()
    model = moved(peft.get_peft_model(plain, peft.get_peft_config(values)))
    model.save_pretrained(out)
    saved = load_file(out / "adapter_model.safetensors")
    arrays = {"init." + key: p.clone() for key, p in trained(model).items() if key not in saved}
    arrays |= evaluated(model, inputs, "out")
    checks = ["forward"]
    with model.disable_adapter():
        arrays |= evaluated(model, inputs, "base")
        checks.append("base")
    if hasattr(model.base_model, "merge_and_unload"):
        arrays |= evaluated(copy.deepcopy(model).merge_and_unload(), inputs, "merged")
        checks.append("merged")
    if "out.loss" in arrays:
        arrays |= training(model, inputs)
        checks += ["grad", "sgd", "adamw"]
    count, total = model.get_nb_trainable_parameters()
    facts = {
        "model": base.name, "auto_class": auto_class, "task_type": values["task_type"], "peft_type": values["peft_type"],
        "config": values, "wrapper": type(model).__name__, "checks": checks, "steps": STEPS, "sgd_lr": SGD_RATE,
        "adamw_lr": ADAMW_RATE, "trainable_parameters": count, "all_parameters": total, "trainable_keys": sorted(trained(model)),
    }
    (out / "case.json").write_text(json.dumps(facts, indent=1))
    arrays |= {"in." + key: value for key, value in inputs.items()}
    save_file({k: v.detach().clone().contiguous() for k, v in arrays.items()}, out / "expected.safetensors")


if __name__ == "__main__":
    main(*sys.argv[1:])
