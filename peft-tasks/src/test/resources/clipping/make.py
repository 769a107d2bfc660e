"""What torch.nn.utils.clip_grad_norm_ makes of some gradients: writes clip_grad_norm.csv beside this file.

A line a case: max_norm, the norm that torch returned, then each gradient before and after as numbers joined by spaces.
Made with torch 2.15.0 on a CPU.
"""
import pathlib

import torch

GRADIENTS = ([[3.0, -4.0], [0.5, 0.25]], [1e-3, -2e-3, 1e-5])
CASES = [(1.0, 1.0), (1.0, 0.01), (0.3, 7.0), (100.0, 1.0), (1e-7, 1e-3), (5.0, 1e4)]


def numbers(tensors):
    return " ".join(repr(x) for t in tensors for x in t.flatten().tolist())


with open(pathlib.Path(__file__).with_name("clip_grad_norm.csv"), "w") as out:
    out.write("max_norm,norm,before,after\n")
    for max_norm, scale in CASES:
        parameters = [torch.zeros_like(torch.tensor(g)).requires_grad_() for g in GRADIENTS]
        for p, g in zip(parameters, GRADIENTS):
            p.grad = torch.tensor(g) * scale
        before = numbers([p.grad for p in parameters])
        norm = torch.nn.utils.clip_grad_norm_(parameters, max_norm)
        out.write(f"{max_norm!r},{norm.item()!r},{before},{numbers([p.grad for p in parameters])}\n")
