"""What PEFT's optimizers for LoRA make of an adapter in a few steps: python make_optimizers.py MODELS ADAPTER > lora.json

MODELS/llama-causal is the base, ADAPTER the folder adapter-eva-start; peft 0.21.2, torch 2.15.0 on a CPU, float32.
LoRA-FA projects its gradient in bfloat16 where that is available; here it does not, so that rounding does not decide.
"""
import json
import sys
import warnings

import torch
from peft import PeftModel
from peft.optimizers import create_lorafa_optimizer, create_loraplus_optimizer, create_riemannian_optimizer, lorafa
from transformers import AutoModelForCausalLM

warnings.simplefilter("ignore")
lorafa.is_bf16_available = lambda: False
IDS = torch.tensor([[5, 7, 9, 11, 13, 17], [6, 8, 21, 22, 30, 31]])
STEPS, LR = 4, 0.01


def plus(model):
    return create_loraplus_optimizer(model, torch.optim.AdamW, lr=LR, loraplus_lr_ratio=16.0, eps=1e-8,
                                     loraplus_weight_decay=0.1)


def fa(model):
    return create_lorafa_optimizer(model, r=model.peft_config["default"].r,
                                   lora_alpha=model.peft_config["default"].lora_alpha, lr=LR, weight_decay=0.1)


def riemannian(model):
    return create_riemannian_optimizer(model, torch.optim.AdamW, lr=LR, reg=1e-2, weight_decay=0.0)


def run(make):
    base = AutoModelForCausalLM.from_pretrained(sys.argv[1] + "/llama-causal", dtype=torch.float32).eval()
    model = PeftModel.from_pretrained(base, sys.argv[2], is_trainable=True).eval()
    optimizer = make(model)
    losses = []
    for _ in range(STEPS):
        loss = model(input_ids=IDS, labels=IDS).loss
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    tensors = {}
    for name, p in model.named_parameters():
        if "lora_" in name:
            values = p.detach().flatten()
            tensors[name.replace(".default", "")] = [values.norm().item(), *values[:3].tolist()]
    return {"losses": losses, "tensors": tensors}


json.dump({make.__name__: run(make) for make in (plus, fa, riemannian)}, sys.stdout, indent=1)
