"""Makes a case of what Python PEFT computes when several active adapters train together.

    python several_case.py several.json AutoModelForSequenceClassification OUT/models/NAME OUT/adapters/CASE
    ./peft conformance OUT --only 'adapters/CASE'

several.json holds "adapters", a config for each name, and "mixed": true where they are of several methods. No dropout acts.
The base is one that golden_case.py made, with labels. Needs torch, transformers, peft and safetensors; each run gives the same files.
"""
import json
import sys
from pathlib import Path

import peft
import torch
import transformers
from safetensors.torch import load_file, save_file

from adapter_case import ADAMW_RATE, SGD_RATE, STEPS, fields

DECAY = 0.01


def made(base, base_name, adapters, out):
    """Each adapter, made and saved alone, no tensor at its start."""
    for index, (name, values) in enumerate(adapters.items()):
        torch.manual_seed(index)
        model = peft.get_peft_model(base(), peft.get_peft_config(dict(values)))
        generator = torch.Generator().manual_seed(10 + index)
        with torch.no_grad():
            for tensor in (p for p in model.parameters() if p.requires_grad):
                tensor.add_(0.2 * torch.randn(tensor.shape, generator=generator))
        model.peft_config["default"].base_model_name_or_path = base_name
        model.save_pretrained(out / name)
        (out / name / "README.md").unlink()


def loaded(base, adapters, out, mixed):
    first, *others = adapters
    kind = peft.PeftMixedModel if mixed else peft.PeftModel
    model = kind.from_pretrained(base(), str(out / first), adapter_name=first, is_trainable=True)
    for name in others:
        model.load_adapter(str(out / name), adapter_name=name, is_trainable=True)
    (model if mixed else model.base_model).set_adapter(list(adapters))
    for module in model.train().modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    return model


def trained(model, adapters):
    """The trained tensors, by adapter and key in its file."""
    found = {}
    for key, parameter in model.named_parameters():
        if parameter.requires_grad:
            (name,) = [part for part in key.split(".") if part in adapters]
            in_file = key.replace("." + name, "", 1).replace(".base_layer", "")  # layers of other methods around this one
            found[f"{name}.{in_file}"] = parameter
    return found


def steps(model, adapters, inputs, record, optimizer):
    losses, first = [], {}
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = model(**inputs).loss
        loss.backward()
        first = first or {f"train.{record}.grad.{key}": p.grad.clone() for key, p in trained(model, adapters).items()}
        optimizer.step()
        losses.append(loss.detach())
    after = {f"train.{record}.param.{key}": p for key, p in trained(model, adapters).items()}
    return {f"train.{record}.losses": torch.stack(losses)} | first | after


def main(several_file, auto_class, base_folder, out):
    base_folder, out = Path(base_folder), Path(out)
    several = json.loads(Path(several_file).read_text())
    adapters, mixed = several["adapters"], several.get("mixed", False)
    inputs = {k[3:]: v for k, v in load_file(base_folder / "expected" / "forward.safetensors").items() if k.startswith("in.")}

    def base():
        return getattr(transformers, auto_class).from_pretrained(base_folder, attn_implementation="eager").eval()

    made(base, base_folder.name, adapters, out)
    arrays, played = {f"in.{k}": v for k, v in inputs.items()}, []
    with torch.no_grad():
        arrays |= fields(base()(**inputs), "base")
    optimizers = {
        "sgd": (SGD_RATE, lambda tensors: torch.optim.SGD(tensors, lr=SGD_RATE)),
        "adamw": (ADAMW_RATE, lambda tensors: torch.optim.AdamW(tensors, lr=ADAMW_RATE, weight_decay=DECAY)),
    }
    for record, (rate, optimizer) in optimizers.items():
        model = loaded(base, adapters, out, mixed)
        tensors = trained(model, adapters)
        assert {key.split(".")[0] for key in tensors} == set(adapters), "an adapter does not train"
        arrays |= steps(model, adapters, inputs, record, optimizer(tensors.values()))
        with torch.no_grad():
            arrays |= fields(model.eval()(**inputs), f"out.{record}")
        arguments = {"optimizer": record, "steps": STEPS, "lr": rate, "weight_decay": DECAY if record == "adamw" else 0.0}
        played += [
            *({"do": "load_adapter", "args": {"folder": n, "name": n}} for n in adapters if played),
            {"do": "set_adapter", "args": {"name": list(adapters)}},
            {"do": "train", "args": arguments, "record": record},
        ]
    facts = {
        "kind": "multi", "model": base_folder.name, "auto_class": auto_class, "wrapper": type(model).__name__, "mixed": mixed,
        "adapters": adapters, "loaded": list(adapters), "trainable": True, "note": several.get("note", ""), "steps": played,
    }
    (out / "case.json").write_text(json.dumps(facts, indent=1) + "\n")
    save_file({k: v.detach().clone().contiguous() for k, v in arrays.items()}, out / "expected.safetensors")


if __name__ == "__main__":
    main(*sys.argv[1:])
