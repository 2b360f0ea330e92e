"""How the two networks of the DDPM lesson are trained; started by ddpm.py, which says how.

Noise of a random amount is laid over a picture and the network is asked for v = sqrt(kept) noise - sqrt(1 - kept) picture,
from which noise and clean picture both follow (Salimans and Ho 2022). The squared error is weighed as Hang et al. (2023)
propose: amounts of noise that are nearly nothing count less. One picture in ten comes without its class, so that the network
also learns what all classes have in common, which guidance needs (Ho and Salimans 2022).

A checkpoint is kept every few minutes, and chance is drawn anew from the seed and the step in each part of a run, so that a
run which was cut off goes on as if it had not been.
"""

import copy
import dataclasses
import gzip
import json
import os
import struct
import time
from pathlib import Path

import numpy as np
import torch

import archives
from ddpm import UNet, kept_at

BATCH = 64
PART = 250
SCALE_BOUND = 5.0
WITHOUT_CLASS = 0.1
CIFAR = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]


@dataclasses.dataclass
class Recipe:
    """What a run does. The rate rises over `warm` steps, stays, and falls to 0 along a line in the last `fall` of them;
    `average` is the share of the averaged weights that stays at each step; weights are put aside after `aside` steps."""

    channels: int
    classes: int
    steps: int
    widths: tuple = (64, 128)
    embedding: int = 128
    rate: float = 6e-4
    warm: int = 300
    fall: float = 0.4
    average: float = 0.999
    mirrored: bool = False
    aside: tuple = ()
    seed: int = 1


RECIPES = {
    "small": Recipe(channels=1, classes=20, steps=9_000),
    "cifar": Recipe(channels=3, classes=10, steps=8_000, mirrored=True, aside=(100, 300, 750, 1_500, 3_000, 5_000)),
}


def site_pictures(name, split="train"):
    """Pictures of one of the site's own sets (xtask/src/data/idx.rs), `train` or `test`: uint8 [count, 1, 28, 28], int64 [count]."""
    folder = Path(__file__).parent.parent.parent / "static" / "data" / name
    pixels, targets = [], []
    for part in range(len(list(folder.glob(f"{split}-*.bin.gz")))):
        raw = gzip.decompress((folder / f"{split}-{part}.bin.gz").read_bytes())
        magic, count, rows, columns = struct.unpack("<4sIHH", raw[:12])
        assert magic == b"FSIM"
        bytes_of = np.frombuffer(raw, np.uint8, offset=12)
        targets.append(bytes_of[:count].astype(np.int64))
        pixels.append(bytes_of[count:].reshape(count, 1, rows, columns))
    return torch.from_numpy(np.concatenate(pixels)), torch.from_numpy(np.concatenate(targets))


def cifar_pictures(data, split, kept):
    """All pictures of `train` or `test` in the order of the archive, uint8 [count, 3, 32, 32], and their classes, int64."""
    archive = Path(data) / f"cifar10_{split}.tar.gz"
    return archives.pictures(archive, CIFAR, Path(kept) / f"cifar10-{split}.npz")


def training_pictures(run, data, kept):
    """What a run learns from; of the small one, classes 0 to 9 are digits and 10 to 19 clothes."""
    if run == "cifar":
        return cifar_pictures(data, "train", kept)
    digits, clothes = site_pictures("mnist"), site_pictures("fashion")
    return torch.cat([digits[0], clothes[0]]), torch.cat([digits[1], clothes[1] + 10])


def built(recipe):
    """The network of a recipe with fresh weights."""
    return UNet(recipe.channels, recipe.widths, recipe.embedding, recipe.classes)


def rate_at(recipe, step):
    """The rate of a step."""
    return recipe.rate * min(1, (step + 1) / recipe.warm, (recipe.steps - step) / (recipe.fall * recipe.steps))


def loss_of(network, pictures, classes, draw, bend=True):
    """The weighed error over a batch of pictures from -1 to 1, with noise and amounts of `draw`."""
    count = len(pictures)
    times = torch.randint(1, 1001, (count,), generator=draw)
    kept = kept_at(times)[:, None, None, None]
    noise = torch.randn(pictures.shape, generator=draw)
    x = kept.sqrt() * pictures + (1 - kept).sqrt() * noise
    wanted = kept.sqrt() * noise - (1 - kept).sqrt() * pictures
    with torch.autocast("cpu", torch.bfloat16, enabled=bend):
        found = network(x.contiguous(memory_format=torch.channels_last), times.float(), classes)
    ratio = kept / (1 - kept)
    weight = ratio.clamp(max=SCALE_BOUND) / (ratio + 1)
    return (weight * (found.float() - wanted).square()).mean()


def held_out(network, pixels, targets):
    """The same error on pictures that training does not see, always with the same noise."""
    draw = torch.Generator().manual_seed(77)
    with torch.no_grad():
        parts = [
            loss_of(network, x.float() / 127.5 - 1, y, draw).item() for x, y in zip(pixels.split(125), targets.split(125))
        ]
    return sum(parts) / len(parts)


def train(run, data, kept):
    """Trains one of RECIPES, or goes on with it."""
    recipe = RECIPES[run]
    folder = Path(kept) / f"ddpm-{run}"
    folder.mkdir(parents=True, exist_ok=True)
    pixels, targets = training_pictures(run, data, kept)
    order = torch.randperm(len(targets), generator=torch.Generator().manual_seed(0))
    held = order[:1000]
    held, (pixels, targets) = (pixels[held], targets[held]), (pixels[order[1000:]], targets[order[1000:]])
    torch.manual_seed(recipe.seed)
    network = built(recipe).to(memory_format=torch.channels_last)
    average = copy.deepcopy(network)
    optimizer = torch.optim.Adam(network.parameters(), lr=recipe.rate, fused=True)
    done, log, seconds = 0, {"steps": [], "loss": [], "validation": []}, 0.0
    latest = folder / "latest.pt"
    if latest.exists():
        state = torch.load(latest)
        network.load_state_dict(state["network"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        done, log, seconds = state["done"], state["log"], state["seconds"]
    started = time.time() - seconds
    aside = sorted({*recipe.aside})
    while done < recipe.steps:
        end = min([recipe.steps, (done // PART + 1) * PART, *(step for step in aside if step > done)])
        draw = torch.Generator().manual_seed(recipe.seed * 1_000_000 + done)
        losses = []
        for step in range(done, end):
            for group in optimizer.param_groups:
                group["lr"] = rate_at(recipe, step)
            chosen = torch.randint(len(targets), (BATCH,), generator=draw)
            x = pixels[chosen].float() / 127.5 - 1
            if recipe.mirrored:
                turned = torch.rand(BATCH, generator=draw) < 0.5
                x[turned] = x[turned].flip(3)
            y = targets[chosen].clone()
            y[torch.rand(BATCH, generator=draw) < WITHOUT_CLASS] = recipe.classes
            loss = loss_of(network, x, y, draw)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            # At the start the mean reaches back over fewer steps, or it would hold the fresh weights for long.
            stays = min(recipe.average, (1 + step) / (10 + step))
            with torch.no_grad():
                torch._foreach_lerp_(list(average.parameters()), list(network.parameters()), 1 - stays)
            losses.append(loss.item())
        done, seconds = end, time.time() - started
        log["steps"].append(done)
        log["loss"].append(sum(losses) / len(losses))
        log["validation"].append(held_out(average, *held))
        print(f"{done} of {recipe.steps}: training {log['loss'][-1]:.5f}, held out {log['validation'][-1]:.5f}, "
              f"{seconds:.0f} s", flush=True)
        state = {"network": network.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict(),
                 "done": done, "log": log, "seconds": seconds, "recipe": dataclasses.asdict(recipe)}
        torch.save(state, folder / "part.pt")
        os.replace(folder / "part.pt", latest)
        if done in aside:
            torch.save({"average": average.state_dict(), "done": done}, folder / f"aside-{done}.pt")
    (folder / "log.json").write_text(json.dumps({"recipe": dataclasses.asdict(recipe), **log}))
