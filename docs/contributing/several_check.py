"""Loads into Python PEFT what Java wrote of several adapters, and compares what each computes alone.

    ./peft conformance GOLDEN --only 'adapters/m*' --write OUT
    python several_check.py OUT GOLDEN

OUT/<case>/<adapter>/ holds an adapter as Java saved it after the steps of the case, sums and conversions to LoRA among them, and
java.safetensors with the inputs (in.*) and what Java computed with this adapter alone (out.*). Needs torch, transformers and peft.
"""
import json
import sys
from pathlib import Path

import peft
import torch
import transformers
from safetensors.torch import load_file

RTOL = 1e-5


def distance(ours, theirs):
    return float((ours.double() - theirs.double()).norm() / max(float(theirs.double().norm()), 1e-12))


def worst(folder, case, golden):
    arrays = load_file(folder / "java.safetensors")
    inputs = {k[3:]: v for k, v in arrays.items() if k.startswith("in.")}
    auto = getattr(transformers, case["auto_class"])
    base = auto.from_pretrained(golden / "models" / case["model"], attn_implementation="eager")
    model = peft.PeftModel.from_pretrained(base, str(folder)).eval()
    with torch.no_grad():
        found = model(**inputs)
    gaps = {k[4:]: distance(v, found[k[4:]]) for k, v in arrays.items() if k.startswith("out.") and k[4:] in found}
    if not gaps:
        raise ValueError("no output in common")
    return max(gaps.values())


def main(out, golden):
    out, golden, passed, failed = Path(out), Path(golden), 0, 0
    for file in sorted(out.glob("**/java.safetensors")):
        name = file.parent.relative_to(out)
        description = golden / "adapters" / name.parts[0] / "case.json"
        case = json.loads(description.read_text())
        if case.get("kind") != "multi":
            continue
        try:
            gap = worst(file.parent, case, golden)
            right = gap <= RTOL
            print(f"{name}  {gap:.1e}  {'pass' if right else 'FAIL'}")
        except Exception as error:  # one that does not load must not hide the others
            right = False
            print(f"{name}  FAIL: {type(error).__name__}: {str(error)[:300]}")
        passed, failed = passed + right, failed + (not right)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
