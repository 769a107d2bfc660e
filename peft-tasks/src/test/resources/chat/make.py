"""Makes expected.json: what transformers renders the templates in this folder to.

    python make.py        (transformers 5.23.0, jinja2 3.1.6)

Each NAME.jinja here is rendered for each conversation, with and without the generation prompt. An
error is stored as such: as "raised" with its text if the template raised it itself. cases.jinja is
a list of small templates, parted by lines of "####", each rendered once with the variables below.
"""
import json
import pathlib

import jinja2
from transformers.utils.chat_template_utils import _compile_jinja_template, render_jinja_template

HERE = pathlib.Path(__file__).parent
SPECIAL = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"}
USER, SYSTEM, ASSISTANT = "user", "system", "assistant"


def said(*turns):
    return [{"role": role, "content": content} for role, content in turns]


CONVERSATIONS = [
    said((USER, "Hello!")),
    said((SYSTEM, "  Be brief.\n"), (USER, " What is 2 + 2? "), (ASSISTANT, "\n4 "), (USER, "And 3 + 3?")),
    said((USER, "Zähle bis „drei“. 🙂"), (ASSISTANT, "<think>\neins?\n</think>\n\neins, zwei, drei"), (USER, "<b>'\"\\n</b>")),
    said((USER, "a"), (USER, "b")),
    said((ASSISTANT, "I begin.")),
    said((SYSTEM, "Only this.")),
    said(("tool", "{}"), (USER, "")),
]
VARIABLES = {
    "text": "  The quick, brown fox\n", "emoji": "a🙂b🙂", "empty": "", "number": 7, "real": 2.5, "big": 1e16, "small": 1e-5, "yes": True, "no": False,
    "nothing": None, "list": [3, 1, 2], "words": ["b", "A", "c", "a"], "map": {"b": 1, "a": [1, 2.0, None, True, "x'y"], "items": "own"},
    "people": [{"name": "Ann", "age": 30}, {"name": "Bob", "age": 25, "tags": ["x"]}, {"name": "Cy", "age": None}],
    "path": "a/b/c", "lines": "one\ntwo\r\nthree", "quote": "it's \"so\" \\ \t <&> é",
}


def outcome(render):
    try:
        return {"text": render()}
    except jinja2.exceptions.TemplateSyntaxError as e:
        return {"error": str(e)}
    except jinja2.exceptions.TemplateError as e:
        return {"raised" if type(e) is jinja2.exceptions.TemplateError else "error": str(e)}
    except Exception as e:
        return {"error": f"{type(e).__name__}: {e}"}


def main():
    chats = []
    for file in sorted(HERE.glob("*.jinja")):
        if file.name == "cases.jinja":
            continue
        template = file.read_text(encoding="utf-8")
        for i, messages in enumerate(CONVERSATIONS):
            for prompt in (False, True):
                result = outcome(lambda: render_jinja_template([messages], chat_template=template, add_generation_prompt=prompt, **SPECIAL)[0][0])
                chats.append({"template": file.stem, "conversation": i, "add_generation_prompt": prompt, **result})
    cases = []
    for source in (HERE / "cases.jinja").read_bytes().decode("utf-8").split("\n####\n"):
        cases.append({"source": source, **outcome(lambda: _compile_jinja_template(source).render(**VARIABLES))})
    with open(HERE / "expected.json", "w", encoding="utf-8") as f:
        json.dump({"special_tokens": SPECIAL, "conversations": CONVERSATIONS, "variables": VARIABLES, "chats": chats, "cases": cases}, f, indent=1, ensure_ascii=False)
        f.write("\n")


if __name__ == "__main__":
    main()
