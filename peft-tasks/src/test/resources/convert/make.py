"""What Python PEFT makes of adapters of several methods when it converts them to LoRA.

    python make.py GOLDEN/models/llama-causal OUT

writes for each method a folder with the adapter and expected.safetensors: `delta.<layer>`, the product of the
converted pair at rank 3 (but for MiSS, which keeps its own), and in the metadata the ranks that a share of 0.9 of
the energy asks for. Made with peft 0.21.2 and torch 2.15.0.
"""

import json
import sys
from pathlib import Path

import torch
from peft import (
    DeloraConfig,
    FourierFTConfig,
    LoHaConfig,
    LoKrConfig,
    LoraConfig,
    MissConfig,
    VeraConfig,
    convert_to_lora,
    get_peft_model,
)
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

BASE, OUT = sys.argv[1:]
TARGETS = ["q_proj", "down_proj"]
CONFIGS = {
    "lora": LoraConfig(r=6, lora_alpha=5, use_rslora=True, alpha_pattern={"down_proj": 11}, target_modules=TARGETS),
    "loha": LoHaConfig(r=3, alpha=5, target_modules=TARGETS),
    "lokr": LoKrConfig(r=2, alpha=3, decompose_factor=4, target_modules=TARGETS),
    "miss": MissConfig(r=4, target_modules=TARGETS),
    "vera": VeraConfig(r=5, target_modules=["q_proj"]),
    "delora": DeloraConfig(r=4, delora_lambda=3, target_modules=TARGETS),
    "fourierft": FourierFTConfig(n_frequency=40, scaling=20.0, random_loc_seed=5, target_modules=TARGETS),
}


def products(state):
    found = {}
    for key, a in state.items():
        if key.endswith(".lora_A.weight"):
            layer = key.removesuffix(".lora_A.weight")
            b = state[layer + ".lora_B.weight"]
            found["delta." + layer.removeprefix("base_model.model.")] = (b @ a).contiguous()
    return found


for number, (name, config) in enumerate(CONFIGS.items()):
    torch.manual_seed(number)
    model = get_peft_model(AutoModelForCausalLM.from_pretrained(BASE), config)
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data += 0.1 * torch.randn_like(parameter)
    folder = Path(OUT) / name
    model.save_pretrained(folder)
    (folder / "README.md").unlink()
    _, fixed = convert_to_lora(model, rank=3)
    found, _ = convert_to_lora(model, rank=0.9)
    save_file(products(fixed), folder / "expected.safetensors", {"ranks": json.dumps(dict(found.rank_pattern))})
