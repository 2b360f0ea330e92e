"""Writes what alexnet.py trained: pretrained/alexnet-imagenette.safetensors in half precision and its provenance, in the
form of models/src/bin/train/provenance.rs. Everything is measured with the rounded weights, as the page uses them.

The 3,925 validation pictures are measured here and nowhere else: they choose no setting.
"""

import dataclasses
import json
from pathlib import Path

import torch
from torch.nn import functional

import imagenette
from alexnet import CLASSES, MAPS, MEAN, SCALE, UNITS, as_burn
from alexnet_training import BATCH, FALL, RECIPES, WARM, Recipe, built, scores
from provenance import commit, safetensors, table, thinned, today, write

NAME = "alexnet-imagenette"
COMMAND = "python3 tests/reference/alexnet.py --train --data DIR && python3 tests/reference/alexnet.py --export --data DIR"
# tests/native/pretrained.rs measures these again: every seventh picture of the archive, 500 of them.
AGAIN, EVERY = 500, 7
DATA = {
    "name": "Imagenette, 96 × 96 pixels",
    "split": "train 8,969 of 9,469; 500 held out to choose the settings; the 3,925 validation pictures are the test and "
    "chose nothing",
    "origin": "fastai/imagenette, ten classes of ImageNet (Deng et al. 2009); 224 × 224 copies from thunderInfy/imagenette, "
    "made smaller (Lanczos), JPEG quality 82",
    "licence": "list Apache-2.0; the pictures are ImageNet's, for non-commercial research, and are not shipped",
    "inputs": "red, green and blue of 96 × 96 pixels from 0 to 1; the network subtracts the mean colour itself",
    "classes": imagenette.CLASSES,
}


def cut(log, epochs):
    """The log as it was after so many epochs."""
    ends = log["epochs"][:epochs]
    count = sum(step <= ends[-1]["step"] for step in log["steps"])
    return {name: log[name][:count] for name in ["steps", "accuracy", "loss"]} | {"epochs": ends}


def curves(log, prefix=""):
    """The curves of a run by name."""
    ends = log["epochs"]
    found = {f"{prefix}{name}": thinned(log["steps"], log[name]) for name in ["accuracy", "loss"]}
    for name in ["accuracy", "loss"]:
        found[f"{prefix}validation-{name}"] = thinned([end["step"] for end in ends], [end[name] for end in ends])
    return found


def in_words(recipe):
    """A recipe as one reads it."""
    optimiser = (
        f"AdamW, decay {recipe.decay}, rate {recipe.rate} after a rise over {WARM} epochs, falling to 0 along a line in the "
        f"last {FALL * 100:.0f} % of them" if recipe.decoupled else f"SGD, momentum 0.9, rate {recipe.rate} throughout"
    )
    changes = (
        "rectangles of at least 35 % of the picture stretched to the whole, mirrored, brightness, contrast and colour changed "
        "by up to 30 %" if recipe.changed else "pictures as they are"
    )
    parts = [
        optimiser,
        f"batches of {BATCH}, {recipe.epochs} epochs, products in bfloat16",
        changes,
        f"dropout {recipe.dropout} before fc6 and fc7" if recipe.dropout else "no dropout",
        f"label smoothing {recipe.smoothing}" if recipe.smoothing else "plain labels",
        f"the filters of conv1 decay by {recipe.clear} from epoch {recipe.clear_from} on" if recipe.clear else "",
        f"the mean of the weights over time is kept ({recipe.average} of it at each step)" if recipe.average else "",
    ]
    return "; ".join(part for part in parts if part)


def export(data, kept):
    kept = Path(kept)
    state = torch.load(kept / "alexnet-main" / "latest.pt")
    recipe = Recipe(**state["recipe"])
    assert recipe == RECIPES["main"] and state["done"] == recipe.epochs, "the run is not at its end"
    network = built(recipe)
    network.load_state_dict({name: tensor.half().float() for name, tensor in state["average"].items()})
    tensors = {name: as_burn(name, leaf.detach()).half() for name, leaf in network.named_parameters()}
    layers = []
    for name, layer in network.named_children():
        shapes = [list(tensors[f"{name}.{kind}"].shape) for kind in ["weight", "bias"]]
        count = sum(leaf.numel() for leaf in layer.parameters())
        layers.append({"name": name, "parameters": count, "shapes": shapes})
    file = safetensors(tensors)

    (pixels, targets), held = imagenette.split_off(*imagenette.pictures(data, "train", kept / "imagenette"))
    test = imagenette.pictures(data, "val", kept / "imagenette")
    metrics, confusion = [], None
    again = torch.arange(AGAIN) * EVERY
    for split, (pixels, targets) in {
        "test 3,925": test,
        f"test {AGAIN}, every seventh of 3,925": (test[0][again], test[1][again]),
        "held out 500": held,
        "train 8,969, unchanged": (pixels, targets),
    }.items():
        logits = scores(network, pixels)
        right = (logits.argmax(1) == targets).double().mean().item()
        metrics.append({"name": "accuracy", "split": split, "value": right})
        metrics.append({"name": "loss", "split": split, "value": functional.cross_entropy(logits, targets).item()})
        if confusion is None:
            confusion = torch.bincount(targets * CLASSES + logits.argmax(1), minlength=CLASSES**2).tolist()
    checked = next(metric for metric in metrics if metric["split"].startswith(f"test {AGAIN}"))

    logs, lines = [], curves(state["log"])
    runs = {run: torch.load(kept / f"alexnet-{run}" / "latest.pt") for run in ["relu", "tanh", "dropout"]}
    # Their rate stays, so the first epochs of a run are what a shorter run would have been.
    common = min(of_run["done"] for of_run in runs.values())
    for run, of_run in runs.items():
        log = cut(of_run["log"], common)
        small = built(RECIPES[run])
        logs.append({
            "name": run,
            "command": f"python3 tests/reference/alexnet.py --train --data DIR --run {run} --epochs {common}",
            "network": f"half as many maps and units, {sum(leaf.numel() for leaf in small.parameters())} parameters, "
            f"{RECIPES[run].bend}",
            "recipe": in_words(dataclasses.replace(RECIPES[run], epochs=common)),
            "steps_an_epoch": log["epochs"][0]["step"],
            "seconds": round(log["epochs"][-1]["seconds"], 1),
        })
        lines |= curves(log, f"{run}-")

    config = {"classes": CLASSES, "maps": MAPS, "units": UNITS, "activation": "Relu", "mean": MEAN, "scale": SCALE}
    sections = [
        table("data", DATA),
        table("run", {
            "command": COMMAND,
            "trainer": "pytorch",
            "seed": recipe.seed,
            "steps": state["log"]["epochs"][-1]["step"],
            "seconds": round(state["seconds"], 1),
            "date": today(),
            "commit": commit(),
            "recipe": f"{in_words(recipe)}, shipped rounded to f16.",
        }),
        *(table("[metric]", metric) for metric in metrics),
        table("check", {"file": "../shared/data/imagenette96_val.tar.gz", "name": "accuracy", "value": checked["value"],
                        "pictures": AGAIN, "every": EVERY}),
        *(table("[log]", log) for log in logs),
        *(table(f"curves.{name}", line) for name, line in sorted(lines.items())),
        table("confusion", {"split": "test 3,925", "classes": CLASSES, "counts": confusion}),
    ]
    write(NAME, file, "models::vision::alexnet::AlexNet", config, layers, sections)
    print(json.dumps(metrics, indent=1))
