"""Writes python/*.safetensors: what safetensors 0.8.0 and torch 2.15.0 make of types and names.

bad/, adapters/ and checkpoints/ are golden files: what the Python reader says of broken files, what
PEFT 0.21.2 and transformers 5.23.0 saved.
"""

import pathlib

import torch
from safetensors.torch import save_file

here = pathlib.Path(__file__).parent / "python"
here.mkdir(exist_ok=True)
torch.manual_seed(0)

dtypes = [
    torch.bool, torch.uint8, torch.int8, torch.int16, torch.uint16, torch.float16, torch.bfloat16,
    torch.int32, torch.uint32, torch.float32, torch.complex64, torch.float64, torch.int64,
    torch.uint64, torch.float8_e5m2, torch.float8_e4m3fn, torch.float8_e8m0fnu,
    torch.float8_e4m3fnuz, torch.float8_e5m2fnuz,
]
mixed = {}
for i, dtype in enumerate(dtypes):
    name = str(dtype).removeprefix("torch.")
    for shape in [(2, 3), (), (0, 4)]:
        mixed[f"{'zyx'[len(shape)]}.{name}"] = (torch.rand(shape) * 2).to(dtype)
save_file(mixed, here / "mixed.safetensors")

names = [
    "a", "B", "a.b", "a b", "", "\u00e9", "\u4e2d\u6587", "\ufb01", "\U0001f600", "\U0001f600a",
    "quote\"", "back\\slash", "slash/", "line\nfeed\r\t\b\f", "\x01\x1f\x7f\x80", "\u2028\u2029",
    "nul\0", "<&'=>", "__metadata", "\uffff", "\ue000",
]
save_file(
    {name: torch.tensor([i], dtype=torch.int32) for i, name in enumerate(names)},
    here / "names.safetensors",
    metadata={"format \U0001f600\u2028\"": "pt\n\\\u00e9\x02"},
)

# every 16-bit pattern of a coarse grid, and the corners: zeros, subnormals, largest, infinities, NaN
corners = [0, 1, 2, 0x3FF, 0x400, 0x401, 0x7BFF, 0x7C00, 0x7C01, 0x7E00, 0x7F7F, 0x7F80, 0x7FC0, 0x7FFF]
bits = torch.tensor(sorted({*corners, *(c + 0x8000 for c in corners), *range(0, 65536, 251)}))
patterns = bits.to(torch.uint16)
half, brain = patterns.view(torch.float16), patterns.view(torch.bfloat16)
save_file(
    {"f16": half, "f16.float": half.float(), "bf16": brain, "bf16.float": brain.float()},
    here / "halves.safetensors",
)
save_file({}, here / "empty.safetensors")
save_file({"w": torch.arange(6.0).reshape(2, 3)}, here / "no-metadata.safetensors", metadata=None)
