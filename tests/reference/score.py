"""The network of points under noise in PyTorch: writes tests/fixtures/score.json, which tests/native/parity/score.rs compares with ours.

Weights, points and noise come from one formula on both sides; long tensors are told by a digest (see lenet.py).
Run from the repository's root:

    python3 tests/reference/score.py        # needs torch and numpy
"""

import json
import math
from pathlib import Path

import torch
from lenet import digest, scattered

HIDDEN, LAYERS, WAVES = 24, 3, 4
KEPT = [0.999, 0.9, 0.64, 0.3, 0.05, 0.001]
RATE, STEPS = 0.003, 3
# The cosine schedule (Nichol, Dhariwal 2021, equation 17), turned around.
OFFSET = 0.008


def time_of(kept):
    """The time from 0 to 1 at which so much is left: [batch] -> [batch]."""
    first = math.cos(OFFSET / (1 + OFFSET) * math.pi / 2)
    angle = torch.arccos(kept.sqrt() * first)
    return (angle / (math.pi / 2) * (1 + OFFSET) - OFFSET).clamp(0, 1)


def waves(time):
    """Sine and cosine of each wave, one after the other: [batch] -> [batch, 2 * WAVES]."""
    angles = math.pi * 2.0 ** torch.arange(WAVES) * time[:, None]
    return torch.stack([angles.sin(), angles.cos()], 2).flatten(1)


def parameters():
    """Fresh leaves with the formula's numbers; matrices are [inputs, outputs], as burn keeps them."""
    sizes = [2 + 2 * WAVES, *[HIDDEN] * LAYERS, 2]
    start, leaves = 1, {}
    for k, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        bound = (6.0 / (inputs + outputs)) ** 0.5
        weight = scattered(inputs * outputs, start) * bound
        start += inputs * outputs
        leaves[f"layers.{k}.weight"] = weight.reshape(inputs, outputs).double().requires_grad_()
        leaves[f"layers.{k}.bias"] = (scattered(outputs, start) * 0.1).double().requires_grad_()
        start += outputs
    return leaves


def question():
    """Points under noise, how much is left of each, and the noise: [batch, 2], [batch], [batch, 2]."""
    batch = len(KEPT)
    clean = scattered(2 * batch, 50000).reshape(batch, 2).double() * 1.7
    noise = scattered(2 * batch, 60000).reshape(batch, 2).double() * 1.7
    kept = torch.tensor(KEPT, dtype=torch.float32).double()
    x = kept.sqrt()[:, None] * clean + (1 - kept).sqrt()[:, None] * noise
    return x, kept, noise


def answer(p, x, kept):
    """v and the noise that follows from it."""
    h = torch.cat([x, waves(time_of(kept))], 1)
    for k in range(LAYERS):
        h = torch.relu(h @ p[f"layers.{k}.weight"] + p[f"layers.{k}.bias"])
    v = h @ p[f"layers.{LAYERS}.weight"] + p[f"layers.{LAYERS}.bias"]
    return v, (1 - kept).sqrt()[:, None] * x + kept.sqrt()[:, None] * v


def main():
    x, kept, noise = question()
    p = parameters()
    x.requires_grad_()
    v, named = answer(p, x, kept)
    loss = torch.nn.functional.mse_loss(named, noise)
    loss.backward()
    fixture = {
        "torch": torch.__version__.split("+")[0],
        "hidden": HIDDEN,
        "kept": KEPT,
        "rate": RATE,
        "waves": digest(waves(time_of(kept))),
        "velocity": digest(v),
        "noise": digest(named),
        "loss": loss.item(),
        "gradients": {name: digest(leaf.grad) for name, leaf in p.items()},
        "point_gradient": digest(x.grad),
    }
    p, x = parameters(), x.detach()
    optimizer = torch.optim.Adam(p.values(), lr=RATE)
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(answer(p, x, kept)[1], noise)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    fixture |= {"losses": losses, "trained": {name: digest(leaf) for name, leaf in p.items()}}
    path = Path(__file__).parent.parent / "fixtures" / "score.json"
    path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
