"""What Python PEFT makes of weighted sums at Conv1D layers and embeddings.

    python make.py GOLDEN/models/gpt2-causal OUT

writes the adapters `one` and `two`, and expected.safetensors: `in.input_ids`, and `out.<type>`, the logits with the sum
0.8 one - 0.5 two of each type, density 0.6 and, for the types with svd, rank 3. Made with peft 0.21.2 and torch 2.15.0.
"""

import sys
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

BASE, OUT = sys.argv[1], Path(sys.argv[2])
TYPES = ["linear", "cat", "svd", "ties", "ties_svd", "magnitude_prune", "magnitude_prune_svd"]

torch.manual_seed(3)
config = LoraConfig(r=4, lora_alpha=6, target_modules=["c_attn", "wte", "c_fc"])
model = get_peft_model(AutoModelForCausalLM.from_pretrained(BASE).eval(), config, "one")
model.add_adapter("two", LoraConfig(r=4, lora_alpha=3, target_modules=["c_attn", "wte"], rank_pattern={"h.0.attn.c_attn": 4}))
for name, parameter in model.named_parameters():
    if "lora_" in name:
        parameter.data = 0.3 * torch.randn_like(parameter)
model.save_pretrained(OUT, save_embedding_layers=False)
for adapter in ("one", "two"):
    (OUT / adapter / "README.md").unlink(missing_ok=True)
(OUT / "README.md").unlink(missing_ok=True)
ids = torch.randint(3, 40, (1, 4))
tensors = {"in.input_ids": ids}
for kind in TYPES:
    model.add_weighted_adapter(["one", "two"], [0.8, -0.5], kind, kind, density=0.6, svd_rank=3)
    model.base_model.set_adapter(kind)
    with torch.no_grad():
        tensors["out." + kind] = model(input_ids=ids).logits
save_file(tensors, OUT / "expected.safetensors")
