"""Writes the defaults of transformers 5.23: training_arguments.json and generation_config.json.

    python make.py
"""
import json
import pathlib

from transformers import GenerationConfig, TrainingArguments

FOLDER = pathlib.Path(__file__).parent


def write(name, values):
    (FOLDER / name).write_text(json.dumps(values, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def main():
    write("training_arguments.json", TrainingArguments().to_dict())
    # A config leaves most values open; generate() fills these in.
    filled = GenerationConfig._get_default_generation_params()
    write("generation_config.json", {**GenerationConfig().to_dict(), **filled})


if __name__ == "__main__":
    main()
