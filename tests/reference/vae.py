"""The variational autoencoder in PyTorch: writes tests/fixtures/vae.json, which tests/native/parity/vae.rs compares with our network.

Weights, pictures and noise come from one formula on both sides; long tensors are told by a digest (see lenet.py).
Run from the repository's root:

    python3 tests/reference/vae.py          # needs torch and numpy
"""

import json
from pathlib import Path

import torch
from lenet import digest, scattered
from torch import nn

PIXELS, LATENT, BATCH = 784, 3, 4
HIDDEN = [64, 32]
BETA = 0.7
RATE = 0.002
STEPS = 3
BOUND = 20.0
ACTIVATIONS = {"tanh": torch.tanh, "relu": torch.relu}
# The longer run: batches of 32 out of 256 pictures, as often as it says.
RUN_BATCH, RUN_PICTURES, RUN_STEPS, RUN_RATE = 32, 256, 100, 0.005


def sizes():
    """Every layer's name, inputs and outputs, in the order of our network."""
    down = [PIXELS, *HIDDEN]
    up = [LATENT, *reversed(HIDDEN), PIXELS]
    layers = [(f"encoder.{k}", *pair) for k, pair in enumerate(zip(down, down[1:]))]
    layers += [("mean", HIDDEN[-1], LATENT), ("log_variance", HIDDEN[-1], LATENT)]
    return layers + [(f"decoder.{k}", *pair) for k, pair in enumerate(zip(up, up[1:]))]


def parameters():
    """Fresh leaves with the formula's numbers; matrices are [inputs, outputs], as burn keeps them."""
    start = 1
    leaves = {}
    for name, inputs, outputs in sizes():
        bound = (6.0 / (inputs + outputs)) ** 0.5
        weight = scattered(inputs * outputs, start) * bound
        start += inputs * outputs
        leaves[f"{name}.weight"] = weight.reshape(inputs, outputs).requires_grad_()
        leaves[f"{name}.bias"] = (scattered(outputs, start) * 0.1).requires_grad_()
        start += outputs
    return leaves


def pictures(count):
    """Bars that differ in place, width and brightness, so that there is something to learn: [count, 784]."""
    i = torch.arange(count)[:, None, None]
    row, column = torch.arange(28)[None, :, None], torch.arange(28)[None, None, :]
    upright = (column - 3 - i * 5 % 19).abs() <= 1 + i % 3
    lying = (row - 4 - i * 7 % 17).abs() <= i % 2
    bright = (i % 4 + 1).float() / 4
    return (torch.where(i % 2 == 0, upright.expand(count, 28, 28), lying.expand(count, 28, 28)) * bright).flatten(1)


def noise(count, start):
    """Numbers that stand in for noise, as large as its standard deviation: [count, latent]."""
    return scattered(count * LATENT, start).reshape(count, LATENT) * 1.7320508


def layer(p, name, x):
    return x @ p[f"{name}.weight"] + p[f"{name}.bias"]


def encode(p, x, bend):
    for k in range(len(HIDDEN)):
        x = bend(layer(p, f"encoder.{k}", x))
    return layer(p, "mean", x), BOUND * torch.tanh(layer(p, "log_variance", x) / BOUND)


def decode(p, z, bend):
    for k in range(len(HIDDEN)):
        z = bend(layer(p, f"decoder.{k}", z))
    return layer(p, f"decoder.{len(HIDDEN)}", z)


def terms(p, x, epsilon, bend):
    """Mean, log variance, logits, and the two terms by PyTorch's own loss and its own distributions."""
    mean, log_variance = encode(p, x, bend)
    width = (log_variance / 2).exp()
    logits = decode(p, mean + width * epsilon, bend)
    reconstruction = nn.functional.binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)
    cloud = torch.distributions.Normal(mean, width)
    prior = torch.distributions.Normal(torch.zeros_like(mean), torch.ones_like(mean))
    kl = torch.distributions.kl_divergence(cloud, prior).sum() / len(x)
    return mean, log_variance, logits, reconstruction, kl


def case(activation):
    bend = ACTIVATIONS[activation]
    x, epsilon = pictures(BATCH), noise(BATCH, 90000)
    p = parameters()
    x.requires_grad_()
    mean, log_variance, logits, reconstruction, kl = terms(p, x, epsilon, bend)
    gradients = {}
    for name, term in [("reconstruction", reconstruction), ("kl", kl)]:
        found = torch.autograd.grad(term, list(p.values()), retain_graph=True, allow_unused=True)
        gradients[name] = {name: digest(g) for name, g in zip(p, found) if g is not None}
    (of_pictures,) = torch.autograd.grad(reconstruction + BETA * kl, [x])
    answer = {
        "activation": activation,
        "mean": digest(mean),
        "log_variance": digest(log_variance),
        "logits": digest(logits),
        "reconstruction": reconstruction.item(),
        "kl": kl.item(),
        "gradients": gradients,
        "picture_gradient": digest(of_pictures),
    }
    p, x = parameters(), pictures(BATCH)
    optimizer = torch.optim.Adam(p.values(), lr=RATE)
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        *_, reconstruction, kl = terms(p, x, epsilon, bend)
        (reconstruction + BETA * kl).backward()
        optimizer.step()
        losses.append([reconstruction.item(), kl.item()])
    return answer | {"losses": losses, "trained": {name: digest(leaf) for name, leaf in p.items()}}


def run():
    """The ELBO's terms on all pictures after a fixed number of steps, with noise that changes from step to step."""
    p, bend, all_pictures = parameters(), torch.relu, pictures(RUN_PICTURES)
    optimizer = torch.optim.Adam(p.values(), lr=RUN_RATE)
    curve = []
    for step in range(RUN_STEPS):
        first = step * RUN_BATCH % RUN_PICTURES
        x = all_pictures[first : first + RUN_BATCH]
        optimizer.zero_grad()
        *_, reconstruction, kl = terms(p, x, noise(RUN_BATCH, 100000 + 1000 * step), bend)
        (reconstruction + kl).backward()
        optimizer.step()
        curve.append([reconstruction.item(), kl.item()])
    with torch.no_grad():
        *_, reconstruction, kl = terms(p, all_pictures, noise(RUN_PICTURES, 200000), bend)
    return {
        "rate": RUN_RATE,
        "batch": RUN_BATCH,
        "pictures": RUN_PICTURES,
        "curve": curve,
        "reconstruction": reconstruction.item(),
        "kl": kl.item(),
    }


def main():
    fixture = {
        "torch": torch.__version__.split("+")[0],
        "hidden": HIDDEN,
        "latent": LATENT,
        "batch": BATCH,
        "beta": BETA,
        "rate": RATE,
        "cases": [case(activation) for activation in ACTIVATIONS],
        "run": run(),
    }
    path = Path(__file__).parent.parent / "fixtures" / "vae.json"
    path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
