"""Makes a tiny random model of a family, and cases of what transformers computes with it.

    python golden_case.py config.json AutoModelForCausalLM OUT/models/NAME
    ./peft conformance OUT --only 'models/NAME/*'

config.json is that of a real checkpoint with small sizes put in, a vocabulary of 60 at least, and every dropout 0.
Needs torch, transformers and safetensors; each run gives the same files.
"""
import json
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file

PAD_ID, IGNORE = 1, -100
LENGTHS = (9, 4, 6)


def moved(model):
    """Nothing at its start value: a forgotten bias, norm or scale must show."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, tensor in [*model.named_parameters(), *model.named_buffers()]:
            if tensor.is_floating_point() and "inv_freq" not in name:
                noise = torch.randn(tensor.shape, generator=generator)
                is_norm = tensor.dim() == 1 and name.endswith("weight")
                tensor.copy_(1 + 0.2 * noise if is_norm else (0.4 * noise if tensor.dim() == 1 else 0.15 * noise))
    return model


def batch(config, left):
    ids = torch.full((len(LENGTHS), max(LENGTHS)), config.pad_token_id if config.pad_token_id is not None else PAD_ID)
    mask = torch.zeros_like(ids)
    generator = torch.Generator().manual_seed(1)
    for row, length in enumerate(LENGTHS):
        place = slice(max(LENGTHS) - length, None) if left else slice(0, length)
        ids[row, place] = torch.randint(5, 60, (length,), generator=generator)
        mask[row, place] = 1
        if config.is_encoder_decoder and isinstance(config.eos_token_id, int):
            ids[row, place][-1] = config.eos_token_id
    return {"input_ids": ids, "attention_mask": mask}


def labels(auto_class, inputs, config):
    rows = len(LENGTHS)
    if auto_class.endswith("SequenceClassification"):
        return {"labels": torch.arange(rows) % config.num_labels}
    if auto_class.endswith("QuestionAnswering"):
        return {"start_positions": torch.tensor([1, 0, 2]), "end_positions": torch.tensor([3, 1, 4])}
    if auto_class.endswith("TokenClassification"):
        return {"labels": (inputs["input_ids"] % config.num_labels).masked_fill(inputs["attention_mask"] == 0, IGNORE)}
    if auto_class.endswith(("CausalLM", "MaskedLM", "Seq2SeqLM")):
        # Nobody may ask the padding before a text for its first token: what it computes is undefined.
        uncounted = inputs["attention_mask"].cumsum(1) * inputs["attention_mask"] < 2
        return {"labels": inputs["input_ids"].masked_fill(uncounted, IGNORE)}
    return {}


def tensors(output):
    found = {}
    for key, value in output.items():
        if isinstance(value, torch.Tensor):
            found["out." + key] = value
        elif key.endswith("hidden_states"):
            found |= {f"out.{key}.{i}": state for i, state in enumerate(value)}
    return found


def main(config_file, auto_class, out):
    out = Path(out)
    values = json.loads(Path(config_file).read_text())
    config = transformers.AutoConfig.for_model(**values)
    model = moved(getattr(transformers, auto_class).from_config(config, attn_implementation="eager"))
    model.save_pretrained(out)
    (out / "expected").mkdir(exist_ok=True)
    for case, left in (("forward", False), ("left", True)):
        inputs = batch(config, left)
        inputs |= labels(auto_class, inputs, config)
        if config.is_encoder_decoder and "labels" not in inputs:
            inputs["decoder_input_ids"] = inputs["input_ids"].clone()
        model.eval()
        with torch.no_grad():
            arrays = tensors(model(**inputs, output_hidden_states=True))
        if "out.loss" in arrays and case == "forward":
            model.train()  # every dropout is 0
            model(**inputs).loss.backward()
            grads = {k: p.grad for k, p in model.named_parameters() if p.grad is not None}
            largest = max(float(g.norm()) for g in grads.values())
            # Softmax does not see a bias of keys: its gradient is rounding around zero.
            arrays |= {"grad." + k: g for k, g in grads.items() if float(g.norm()) > 1e-6 * largest}
        arrays |= {"in." + k: v for k, v in inputs.items()}
        facts = {"model": out.name, "auto_class": auto_class, "checks": ["forward"], "compare": "attended"}
        save_file(
            {k: v.detach().clone().contiguous() for k, v in arrays.items()},
            out / "expected" / f"{case}.safetensors",
            metadata={"case": json.dumps(facts)},
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
