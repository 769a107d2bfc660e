"""Adapters and logits of Arrow for ArrowTest, by peft 0.21.2, transformers 5.23.0, torch 2.15.0.

    python make.py MODEL    (the directory of the test model llama-causal)
"""

import sys

import torch
from peft import ArrowConfig, LoraConfig, create_arrow_model, get_peft_model
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

BASE = sys.argv[1]
IDS = torch.tensor([[5, 7, 9, 11, 13, 17], [3, 4, 6, 8, 10, 12]])


def base():
    return AutoModelForCausalLM.from_pretrained(BASE, attn_implementation="eager").eval()


def adapter(name, seed, alpha):
    torch.manual_seed(seed)
    model = get_peft_model(base(), LoraConfig(r=2, lora_alpha=alpha, task_type="CAUSAL_LM", target_modules=["q_proj", "up_proj"]))
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data.normal_(0, 0.3)
    model.save_pretrained(name)


for i in range(3):
    adapter(f"task_{i}", 11 + i, 4 + i)
for i in range(2):
    adapter(f"gks_{i}", 21 + i, 4)
tasks, general = [f"./task_{i}" for i in range(3)], [f"./gks_{i}" for i in range(2)]
out = {"in.input_ids": IDS}
with torch.no_grad():
    for name, settings in {
        "two": dict(top_k=2, router_temperature=0.7, rng_seed=5),
        "all": dict(top_k=3, router_temperature=1.0, rng_seed=5),
        "one": dict(top_k=1, router_temperature=1.0, rng_seed=6),
        "general": dict(top_k=2, router_temperature=0.5, use_gks=True, rng_seed=7),
    }.items():
        model = create_arrow_model(base(), tasks, ArrowConfig(**settings), general if settings.get("use_gks") else None)
        out["out." + name] = model(input_ids=IDS).logits.contiguous()
        if name == "general":
            model.save_pretrained("router", selected_adapters=["arrow_router"])
save_file(out, "expected.safetensors")
