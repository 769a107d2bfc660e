"""Does Python's huggingface_hub find what this library has cached, and the other way round?

    python docs/contributing/check_hub.py [DIR]

Makes a tiny model, serves it from this process as the hub would (large files by a redirect to another port), and
lets each side download it into a cache of its own, from which the other then loads it with all downloads off.
The environment variable PEFT names another command line than that of this clone. Needs torch, transformers,
tokenizers and huggingface_hub; prints a line a check and ends with 1 if one fails.
"""
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parents[2]
NAME, COMMIT = "org/tiny", "0123456789abcdef0123456789abcdef01234567"
LARGE = ".safetensors"


def make_model(folder):
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    torch.manual_seed(0)
    config = BertConfig(vocab_size=8, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
                        intermediate_size=16, max_position_embeddings=16)
    BertForSequenceClassification(config).save_pretrained(folder, max_shard_size="6KB")
    words = {word: i for i, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "b", "c", "d"])}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[PAD]").save_pretrained(folder)
    (folder / "README.md").write_text("---\nlicense: mit\n---\n")
    (folder / "pytorch_model.bin").write_bytes(b"never to be read")


class Hub:
    """Serves a folder as the hub serves a repository."""

    def __init__(self, folder):
        self.files = {path.relative_to(folder).as_posix(): path.read_bytes()
                      for path in sorted(folder.rglob("*")) if path.is_file()}
        self.asked = []
        self.elsewhere = self.start(False)
        self.endpoint = self.start(True)

    def start(self, is_hub):
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *ignored):
                pass

            def do_HEAD(self):
                hub.answer(self, is_hub)

            do_GET = do_HEAD

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    def etag(self, name):
        content = self.files[name]
        if name.endswith(LARGE):
            return hashlib.sha256(content).hexdigest()
        return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()

    def answer(self, request, is_hub):
        path = unquote(urlsplit(request.path).path)
        self.asked.append(f"{request.command} {path}")
        if path.startswith(f"/api/models/{NAME}/revision/"):
            siblings = [{"rfilename": name, "size": len(content), "blobId": self.etag(name)}
                        | ({"lfs": {"sha256": self.etag(name), "size": len(content), "pointerSize": 130}}
                           if name.endswith(LARGE) else {})
                        for name, content in self.files.items()]
            return self.send(request, 200, json.dumps({
                "id": NAME, "modelId": NAME, "sha": COMMIT, "siblings": siblings, "tags": ["license:mit"],
                "private": False, "downloads": 0, "likes": 0, "cardData": {"license": "mit"}}).encode())
        if path.startswith(f"/api/models/{NAME}/tree/"):
            entries = [{"type": "file", "path": name, "size": len(content), "oid": self.etag(name)}
                       | ({"lfs": {"oid": self.etag(name), "size": len(content), "pointerSize": 130}}
                          if name.endswith(LARGE) else {})
                       for name, content in self.files.items()]
            return self.send(request, 200, json.dumps(entries).encode())
        parts = path.split("/", 5)  # /org/tiny/resolve/REVISION/NAME
        name = parts[5] if len(parts) == 6 and parts[3] == "resolve" else ""
        headers = {"X-Repo-Commit": COMMIT} if is_hub else {}
        if name not in self.files:
            return self.send(request, 404, b"", headers | {"X-Error-Code": "EntryNotFound" if name else "RepoNotFound"})
        content, tag = self.files[name], f'"{self.etag(name)}"'
        if name.endswith(LARGE) and is_hub:
            return self.send(request, 302, b"", headers | {
                "X-Linked-Etag": tag, "X-Linked-Size": str(len(content)), "Location": self.elsewhere + request.path})
        return self.send(request, 200, content, headers | {"ETag": tag if is_hub else '"their-own"'})

    @staticmethod
    def send(request, status, body, headers=None):
        request.send_response(status)
        for name, value in (headers or {}).items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        if request.command == "GET":
            request.wfile.write(body)


PYTHON_READS = f"""
from huggingface_hub import scan_cache_dir, snapshot_download, try_to_load_from_cache, _CACHED_NO_EXIST
from transformers import AutoModelForSequenceClassification, AutoTokenizer
print("snapshot", snapshot_download({NAME!r}, local_files_only=True))
print("offline", snapshot_download({NAME!r}))
model = AutoModelForSequenceClassification.from_pretrained({NAME!r})
print("weights", sum(float(p.double().sum()) for p in model.parameters()))
print("tokens", AutoTokenizer.from_pretrained({NAME!r})("a b c")["input_ids"])
print("missing", try_to_load_from_cache({NAME!r}, "vocab.txt") is _CACHED_NO_EXIST)
cache = scan_cache_dir()
print("scan", [str(w) for w in cache.warnings], [(r.repo_id, sorted(r.refs)) for r in cache.repos])
"""

PYTHON_LOADS = f"""
from huggingface_hub import snapshot_download
from transformers import AutoModelForSequenceClassification
model = AutoModelForSequenceClassification.from_pretrained({NAME!r})
print("weights", sum(float(p.double().sum()) for p in model.parameters()))
print("snapshot", snapshot_download({NAME!r}, ignore_patterns=["*.bin"]))
"""


def run(command, **variables):
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "HUGGING"))}
    environment |= {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_XET": "1", "TOKENIZERS_PARALLELISM": "false"}
    done = subprocess.run(command, env=environment | variables, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
    return done


def said(done):
    return dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)


def main(folder):
    model = folder / "model"
    make_model(model)
    hub = Hub(model)
    failed = []

    def check(holds, what):
        print(("ok      " if holds else "FAILED  ") + what)
        if not holds:
            failed.append(what)

    ours, theirs = folder / "ours", folder / "theirs"
    pull = [os.environ.get("PEFT", str(ROOT / "peft")), "pull", NAME]
    python = [sys.executable, "-c"]

    first = run(pull, HF_HUB_CACHE=str(ours), HF_ENDPOINT=hub.endpoint)
    snapshot = ours / "models--org--tiny" / "snapshots" / COMMIT
    check(first.returncode == 0 and first.stdout.strip() == str(snapshot), "peft pull prints the snapshot alone")
    check("licence: mit" in first.stderr, "it says the licence")
    check(not any(name.endswith((".bin", ".md")) for name in os.listdir(snapshot)), "it leaves pickles out")
    read = run([*python, PYTHON_READS], HF_HUB_CACHE=str(ours), HF_HUB_OFFLINE="1")
    found = said(read)
    check(found.get("snapshot") == found.get("offline") == str(snapshot), "Python finds our snapshot offline")
    check(found.get("missing") == "True", "Python believes that we found no vocab.txt")
    check(found.get("scan") == "[] [('org/tiny', ['main'])]", "Python's scan of our cache has no complaint")
    check(found.get("tokens") == "[4, 5, 6]", "Python loads the tokenizer from our cache")

    loaded = said(run([*python, PYTHON_LOADS], HF_HUB_CACHE=str(theirs), HF_ENDPOINT=hub.endpoint))
    check(loaded.get("weights") is not None and loaded.get("weights") == found.get("weights"),
          "Python loads the same weights from our cache as from the hub")
    offline = run(pull, HF_HUB_CACHE=str(theirs), HF_HUB_OFFLINE="1")
    check(offline.stdout.strip() == loaded.get("snapshot"), "we find Python's snapshot offline")
    hub.asked.clear()
    online = run(pull, HF_HUB_CACHE=str(theirs), HF_ENDPOINT=hub.endpoint)
    check(online.stdout.strip() == loaded.get("snapshot"), "we find it online")
    check(hub.asked == [f"GET /api/models/{NAME}/revision/main"], "and download nothing that Python has")

    def layout(cache):
        top = cache / "models--org--tiny"
        return {path.relative_to(top).as_posix(): os.readlink(path) if path.is_symlink() else path.read_bytes()
                for path in top.rglob("*")
                if path.is_file() and path.relative_to(top).parts[0] in ("refs", "snapshots")}

    mine, other = layout(ours), layout(theirs)
    both = [name for name in mine if name in other]
    check(len(both) > 4 and all(mine[name] == other[name] for name in both), "links and refs are the same")
    check(set(mine) <= set(other), "we have no name that Python has not")
    print(f"{len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(main(Path(sys.argv[1])))
    with tempfile.TemporaryDirectory() as made:
        sys.exit(main(Path(made)))
