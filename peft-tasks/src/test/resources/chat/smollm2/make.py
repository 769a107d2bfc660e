"""Makes this folder's files of SmolLM2-135M-Instruct's tokenizer (Apache-2.0) and real/chats.json.

    python make.py smollm2-causal real/chats.json

The vocabulary is cut to what the chats can touch: a merge is kept if its result is a part of some
word of theirs. Ids stay as they are, so the vocabulary has gaps.
"""
import json
import pathlib
import shutil
import sys

from tokenizers import Tokenizer

HERE = pathlib.Path(__file__).parent


def main():
    source, chats = pathlib.Path(sys.argv[1]), json.load(open(sys.argv[2], encoding="utf-8"))["chats"]
    kept = [{k: chat[k] for k in ("messages", "prompt", "input_ids")} for chat in chats]
    whole = Tokenizer.from_file(str(source / "tokenizer.json"))
    words = {word for chat in kept for word, _ in whole.pre_tokenizer.pre_tokenize_str(chat["prompt"])}
    file = json.load(open(source / "tokenizer.json", encoding="utf-8"))
    model = file["model"]
    touched = {word[i:j] for word in words for i in range(len(word)) for j in range(i + 1, len(word) + 1)}
    model["merges"] = [m for m in model["merges"] if "".join(m) in touched]
    special = {token["content"] for token in file["added_tokens"]}
    model["vocab"] = {token: i for token, i in model["vocab"].items() if len(token) == 1 or token in touched or token in special}
    (HERE / "tokenizer.json").write_text(json.dumps(file, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for name in ("tokenizer_config.json", "chat_template.jinja"):
        shutil.copy(source / name, HERE / name)
    cut = Tokenizer.from_file(str(HERE / "tokenizer.json"))
    for chat in kept:
        assert cut.encode(chat["prompt"], add_special_tokens=False).ids == chat["input_ids"]
    (HERE / "chats.json").write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
