"""How AlexNet is trained on Imagenette; started by alexnet.py, which says how.

A checkpoint is kept after each epoch, and chance is drawn anew from the seed in each, so that a run which was cut off
goes on as if it had not been. The rate rises for two epochs, stays, and falls to 0 along a line in the last 40 % of them.

Fresh weights are noise, and in the first filters one sees it for as long as nothing takes it away. So from some epoch on
the filters of conv1 decay faster: what the pictures do not hold up fades.
"""

import copy
import dataclasses
import json
import os
import time
from pathlib import Path

import torch
from torch.nn import functional

import imagenette
from alexnet import MAPS, UNITS, AlexNet

BATCH = 128
WARM, FALL = 2, 0.4
EVERY = 50


@dataclasses.dataclass
class Recipe:
    """What a run does. `average` is the share of the averaged weights that stays at each step, 0 for no average; `narrow`
    divides maps and units; `clear` is the decay of conv1's filters from epoch `clear_from` on. Without `decoupled` it is
    SGD with momentum 0.9 at a rate that stays."""

    epochs: int
    bend: str = "relu"
    dropout: float = 0.5
    rate: float = 1e-3
    decay: float = 0.05
    smoothing: float = 0.1
    changed: bool = True
    average: float = 0.998
    narrow: int = 1
    decoupled: bool = True
    clear: float = 0.0
    clear_from: int = 0
    seed: int = 1


# For the curves: as in the paper's Figure 1, no regularisation of any kind. The paper chose a rate for each bend alone; here
# both have 0.01. In tries of three epochs ReLU's loss was no number at 0.03; tanh at 0.03 was not tried to the end.
PLAIN = dict(epochs=12, dropout=0.0, decay=0.0, smoothing=0.0, changed=False, average=0.0, narrow=2, decoupled=False)
RECIPES = {
    "main": Recipe(epochs=67, clear=5.0, clear_from=40),
    "relu": Recipe(**PLAIN | dict(rate=0.01)),
    "tanh": Recipe(**PLAIN | dict(rate=0.01), bend="tanh"),
    "dropout": Recipe(**PLAIN | dict(rate=0.01, dropout=0.5)),
}


def rate_at(recipe, epoch):
    """The rate at a point of the run, counted in epochs."""
    if not recipe.decoupled:
        return recipe.rate
    rising = (epoch + 0.01) / WARM
    falling = (recipe.epochs - epoch) / (FALL * recipe.epochs)
    return recipe.rate * min(1, rising, falling)


def built(recipe):
    """The network of a recipe with fresh weights."""
    maps = [maps // recipe.narrow for maps in MAPS]
    return AlexNet(maps=maps, units=UNITS // recipe.narrow, bend=recipe.bend, dropout=recipe.dropout)


def scores(network, pixels):
    """Logits of uint8 pictures in f32, [count, classes]."""
    network.eval()
    with torch.no_grad():
        parts = [network(part.float() / 255) for part in pixels.split(250)]
    network.train()
    return torch.cat(parts)


def measure(network, pixels, targets):
    """Share of pictures that are named rightly, and the mean cross-entropy."""
    logits = scores(network, pixels)
    right = (logits.argmax(1) == targets).float().mean().item()
    return right, functional.cross_entropy(logits, targets).item()


def train(run, data, kept, epochs=None, rate=None):
    """Trains one of RECIPES, or goes on with it; other epochs or another rate are tried in a folder of their own."""
    recipe = RECIPES[run]
    folder = Path(kept) / f"alexnet-{run}"
    if epochs or rate:
        recipe = dataclasses.replace(recipe, epochs=epochs or recipe.epochs, rate=rate or recipe.rate)
        folder = Path(kept) / f"alexnet-{run}-{recipe.epochs}-{recipe.rate}"
    folder.mkdir(parents=True, exist_ok=True)
    (pixels, targets), held = imagenette.split_off(*imagenette.pictures(data, "train", Path(kept) / "imagenette"))
    torch.manual_seed(recipe.seed)
    network = built(recipe).to(memory_format=torch.channels_last)
    average = copy.deepcopy(network)
    if recipe.decoupled:
        first, *others = network.parameters()
        groups = [{"params": [first]}, {"params": others}]
        optimizer = torch.optim.AdamW(groups, lr=recipe.rate, weight_decay=recipe.decay)
    else:
        optimizer = torch.optim.SGD(network.parameters(), lr=recipe.rate, momentum=0.9)
    done, log, seconds = 0, {"steps": [], "loss": [], "accuracy": [], "epochs": []}, 0.0
    latest = folder / "latest.pt"
    if latest.exists():
        state = torch.load(latest)
        network.load_state_dict(state["network"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        done, log, seconds = state["done"], state["log"], state["seconds"]
    batches = len(targets) // BATCH
    started = time.time() - seconds
    for epoch in range(done, recipe.epochs):
        torch.manual_seed(recipe.seed * 1_000_000 + epoch)
        if recipe.clear and epoch >= recipe.clear_from:
            optimizer.param_groups[0]["weight_decay"] = recipe.clear
        order = torch.randperm(len(targets))
        losses, rights = [], []
        for batch, chosen in enumerate(order[: batches * BATCH].split(BATCH)):
            for group in optimizer.param_groups:
                group["lr"] = rate_at(recipe, epoch + batch / batches)
            x = imagenette.changed(pixels[chosen]) if recipe.changed else pixels[chosen].float() / 255
            y = targets[chosen]
            with torch.autocast("cpu", torch.bfloat16):
                logits = network(x.contiguous(memory_format=torch.channels_last))
            logits = logits.float()
            loss = functional.cross_entropy(logits, y, label_smoothing=recipe.smoothing)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                for mean, now in zip(average.parameters(), network.parameters()):
                    mean.lerp_(now, 1 - recipe.average)
            losses.append(loss.item())
            rights.append((logits.argmax(1) == y).float().mean().item())
            step = epoch * batches + batch + 1
            if step % EVERY == 0:
                log["steps"].append(step)
                log["loss"].append(sum(losses) / len(losses))
                log["accuracy"].append(sum(rights) / len(rights))
                losses, rights = [], []
        right, loss = measure(average, *held)
        seconds = time.time() - started
        log["epochs"].append({"step": step, "accuracy": right, "loss": loss, "seconds": seconds})
        print(f"{epoch + 1} of {recipe.epochs}: training {log['accuracy'][-1]:.4f} {log['loss'][-1]:.4f}, "
              f"held out {right:.4f} {loss:.4f}, {seconds:.0f} s", flush=True)
        state = {"network": network.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict(),
                 "done": epoch + 1, "log": log, "seconds": seconds, "recipe": dataclasses.asdict(recipe)}
        torch.save(state, folder / "part.pt")
        os.replace(folder / "part.pt", latest)
    (folder / "log.json").write_text(json.dumps({"recipe": dataclasses.asdict(recipe), **log}))
