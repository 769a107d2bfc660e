"""Writes expected.safetensors, by peft 0.21.2, transformers 5.23.0, torch 2.15.0: what PEFT starts
LoRA with on one small model, and what its attention and its MonteCLoRA come to.

    python make.py    (in this directory)
"""

import warnings

import torch
from peft import EvaConfig, LoraConfig, LoraGAConfig, get_peft_model
from peft import initialize_lora_eva_weights
from peft.tuners.lora.config import CordaConfig
from peft.tuners.lora.corda import preprocess_corda
from peft.tuners.lora.monteclora import MontecloraSampler
from peft.utils.incremental_pca import IncrementalPCA
from safetensors.torch import save_file
from torch import nn
from transformers.pytorch_utils import Conv1D

warnings.simplefilter("ignore")
torch.manual_seed(3)
out = {}


class Toy(nn.Module):
    """Two layers of one input, and one of what the first says."""

    def __init__(self):
        super().__init__()
        self.first, self.second, self.third = nn.Linear(6, 4), nn.Linear(6, 5), nn.Linear(4, 4)

    def forward(self, x):
        return torch.cat([self.third(self.first(x)), self.second(x)], -1)


class One(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return self.layer(x)


def keep(name, tensor):
    out[name] = tensor.detach().clone().contiguous()


def pairs(name, model):
    for key, module in model.named_modules():
        if hasattr(module, "lora_A") and "default" in module.lora_A:
            key = key.removeprefix("base_model.model.")
            keep(f"{name}.{key}.a", module.lora_A["default"].weight)
            keep(f"{name}.{key}.b", module.lora_B["default"].weight)


toy = {key: value.clone() for key, value in Toy().state_dict().items()}
for key, value in toy.items():
    keep("toy." + key, value)


def fresh():
    model = Toy().eval()
    model.load_state_dict(toy)
    return model


# PiSSA, each with the numbers that seed 1 draws
for start in ["pissa", "pissa_niter_0", "pissa_niter_1", "pissa_niter_2"]:
    config = LoraConfig(r=2, lora_alpha=3, target_modules=["second"], init_lora_weights=False)
    model = get_peft_model(fresh(), config)
    torch.manual_seed(1)
    model.base_model.model.second.pissa_init("default", start)
    pairs(start, model)

# LoRA-GA of a given gradient, on a weight of rank 2, whose parts are found whatever numbers are drawn
# for them
gradient = torch.randn(5, 6)
keep("gradient", gradient)
weight = torch.randn(5, 2) @ torch.randn(2, 6)
keep("weight", weight)
for conv in [False, True]:
    for direction in ["ArBr", "A2rBr", "ArB2r"]:
        for scale in ["stable", "weight_svd", "gd_scale", "unit"]:
            layer = Conv1D(5, 6) if conv else nn.Linear(6, 5)
            layer.weight.data = weight.T.clone() if conv else weight.clone()
            layer._peft_loraga_grad = gradient.T.clone() if conv else gradient.clone()
            config = LoraConfig(
                r=2, lora_alpha=3, target_modules=["layer"], fan_in_fan_out=conv,
                init_lora_weights="lora_ga",
                lora_ga_config=LoraGAConfig(direction=direction, scale=scale, stable_gamma=9),
            )
            pairs(f"lora_ga.{conv}.{direction}.{scale}", get_peft_model(One(layer), config))

# CorDA of two texts of different lengths
texts = [torch.randn(1, 3, 6), torch.randn(1, 7, 6) * 2 + 1]
for i, text in enumerate(texts):
    keep(f"text.{i}", text)
for method in ["ipm", "kpm"]:
    model = fresh()
    config = LoraConfig(
        r=2, lora_alpha=3, target_modules=["first", "second"], init_lora_weights="corda",
        corda_config=CordaConfig(corda_method=method),
    )
    preprocess_corda(model, config, run_model=lambda: [model(text) for text in texts])
    pairs("corda." + method, get_peft_model(model, config))

# Incremental principal components
spread = torch.tensor([9, 5, 3, 1, 0.5, 0.2])
batches = [torch.randn(8 + i, 6) * spread + torch.tensor([7.0, -3, 2, 0, 1, 4]) * i for i in range(3)]
flat = [torch.randn(20, 16) for _ in range(3)]  # parts so alike that the numbers drawn tell
for name, rows, count in [("batch", batches, 2), ("flat", flat, 2)]:
    pca = IncrementalPCA(n_components=count, copy=True, lowrank=True, lowrank_seed=42)
    for i, batch in enumerate(rows):
        keep(f"{name}.{i}", batch)
        pca.partial_fit(batch)
        keep(f"{name}.components.{i}", pca.components_.float())
        keep(f"{name}.values.{i}", pca.singular_values_.float())
        keep(f"{name}.ratios.{i}", pca.explained_variance_ratio_.float())

# EVA: first and second have one input, third another. whiten is tried without second: PEFT divides in
# place, so layers of one input are divided once for each of them
for name, targets, settings, pattern in [
    ("shared", ["first", "second", "third"], dict(rho=1.5), {"second": 1}),
    ("own", ["first", "second", "third"], dict(rho=1.0), {}),
    ("white", ["first", "third"], dict(rho=2.0, whiten=True), {"third": 1}),
]:
    config = LoraConfig(
        r=2, lora_alpha=4, target_modules=targets, rank_pattern=pattern,
        init_lora_weights="eva", eva_config=EvaConfig(**settings),
    )
    model = get_peft_model(fresh(), config)
    initialize_lora_eva_weights(
        model, [{"x": batch} for batch in batches], prepare_model_inputs_fn=None,
        prepare_layer_inputs_fn=None, show_progress_bar=False,
    )
    pairs("eva." + name, model)

# An attention with a packed projection, and what its adapter makes of it
class Attending(nn.Module):
    def __init__(self):
        super().__init__()
        self.attn = nn.MultiheadAttention(6, 2, batch_first=True)

    def forward(self, x):
        return self.attn(x, x, x, need_weights=False)[0]


model = get_peft_model(
    Attending().eval(),
    LoraConfig(r=2, lora_alpha=3, target_modules=["attn"], init_lora_weights=False),
).eval()
for key, value in model.state_dict().items():
    value.normal_(0, 0.4)
    key = key.removeprefix("base_model.model.attn.")
    own = "lora_" in key
    keep(f"attention.{key.replace('.default', '') if own else key.replace('base_layer.', '')}", value)
x = torch.randn(1, 4, 6)
keep("attention.x", x)
keep("attention.y", model(x))

# MonteCLoRA's distance from its prior before a draw, and after one with variances 4 and 0.25
for prior in [0.1, 0.3]:
    sampler = MontecloraSampler(3, 2, 4, dirichlet_prior=prior, kl_loss_weight=1.0, device="cpu")
    sampler.std_prior.data = torch.tensor([0.2, 0.5])
    sampler.expert_weights_prior.data = torch.tensor([0.1, 0.4, 0.7, 0.3])
    distance, squares = sampler.get_variational_loss()
    keep(f"monteclora.{prior}.start", distance)
    sampler.gaussian_var_prior = torch.diag(torch.tensor([4, 0.25]))
    keep(f"monteclora.{prior}.drawn", sampler.get_variational_loss()[0])

save_file(out, "expected.safetensors")
