"""How the exports of the twins write what they trained: a safetensors file, and its provenance in the form of
models/src/bin/train/provenance.rs."""

import datetime
import hashlib
import json
import subprocess
from pathlib import Path

import torch

ROOT = Path(__file__).parent.parent.parent
MOST_POINTS = 200
NOTICE = "# Written by the training run; see the command below. Not to be edited."
DTYPES = {torch.float16: "F16", torch.float32: "F32", torch.int8: "I8"}


def table(name, fields):
    """One table of a TOML file. JSON's strings, numbers and lists are TOML's too."""
    lines = [f"[{name}]"]
    for key, value in fields.items():
        lines.append(f"{key} = {value if key == 'date' else json.dumps(value, ensure_ascii=False)}")
    return "\n".join(lines)


def safetensors(tensors, metadata=None):
    """A file of tensors, names in alphabetical order; `metadata` are texts by name."""
    header, body = {"__metadata__": metadata} if metadata else {}, b""
    for name, tensor in sorted(tensors.items()):
        data = tensor.contiguous().numpy().tobytes()
        offsets = [len(body), len(body) + len(data)]
        header[name] = {"dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": offsets}
        body += data
    head = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    head += b" " * (-len(head) % 8)
    return len(head).to_bytes(8, "little") + head + body


def thinned(steps, values):
    """At most 200 points, evenly spread, first and last kept; five digits are enough to draw."""
    count, kept = len(steps), min(len(steps), MOST_POINTS)
    places = [place * (count - 1) // max(kept - 1, 1) for place in range(kept)]
    return {"steps": [steps[place] for place in places], "values": [round(values[place], 5) for place in places]}


def commit():
    """The commit that is checked out."""
    return subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()


def write(name, file, model, config, layers, sections, dtype="f16"):
    """Writes pretrained/NAME.safetensors and NAME.toml; `sections` follow on what is told of the file."""
    sections = [
        f"{NOTICE}\nmodel = {json.dumps(model)}",
        table("config", config),
        *(table("[layer]", layer) for layer in layers),
        table("file", {"bytes": len(file), "sha256": hashlib.sha256(file).hexdigest(), "dtype": dtype}),
        *sections,
    ]
    folder = ROOT / "pretrained"
    (folder / f"{name}.safetensors").write_bytes(file)
    (folder / f"{name}.toml").write_text("\n\n".join(sections) + "\n")


def today():
    """The date of a run."""
    return datetime.date.today().isoformat()
