"""The network of the DDPM lesson in PyTorch: the same U-Net as models/src/generative/unet.rs.

The fixture holds, for few maps: what every stage gives, the error, the gradients of all parameters and of the pictures, and one
block, one attention and the sinusoids alone. Weights and pictures follow the formula of lenet.py; from there on all is
computed in double precision, to measure both sides' rounding by. It prints how far PyTorch itself is off in single precision.

Run from the repository's root; all of it needs torch and numpy, training and export also Pillow:

    python3 tests/reference/ddpm.py                             # writes tests/fixtures/ddpm.json
    python3 tests/reference/ddpm.py --train small --data DIR    # or cifar; resumes where it was cut off
    python3 tests/reference/ddpm.py --export small --data DIR   # judges and writes pretrained/ddpm-small.*; or cifar
"""

import argparse
import json
import math
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from lenet import digest, scattered

GROUPS = 8
# Of the fixture: a small network, and what it is asked; class 3 of 3 stands for "any".
SMALL = {"channels": 1, "widths": [16, 24], "embedding": 16, "classes": 3}
SIDE, TIMES, CLASSES = 8, [37.5, 615.0], [1, 3]
BIAS = 0.1


def sinusoids(times, width):
    """What tells the network the noise: sines and cosines of the time, [batch] -> [batch, width]."""
    rates = torch.exp(-math.log(10_000) * torch.arange(width // 2) / (width // 2))
    angles = times[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], 1)


class Block(nn.Module):
    """Two convolutions around which the input goes too; the embedding scales and shifts between them."""

    def __init__(self, inputs, outputs, embedding):
        super().__init__()
        self.norm1 = nn.GroupNorm(GROUPS, inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.embed = nn.Linear(embedding, 2 * outputs)
        self.norm2 = nn.GroupNorm(GROUPS, outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.skip = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else None
        nn.init.zeros_(self.conv2.weight)
        nn.init.zeros_(self.conv2.bias)

    def forward(self, x, embedding):
        h = self.conv1(functional.silu(self.norm1(x)))
        scale, shift = self.embed(embedding)[:, :, None, None].chunk(2, 1)
        h = self.norm2(h) * (1 + scale) + shift
        h = self.conv2(functional.silu(h))
        return h + (self.skip(x) if self.skip else x)


class Attention(nn.Module):
    """Every place asks every other one: one head of self-attention over the places of a small map."""

    def __init__(self, maps):
        super().__init__()
        self.norm = nn.GroupNorm(GROUPS, maps)
        self.query, self.key, self.value, self.output = (nn.Conv2d(maps, maps, 1) for _ in range(4))
        nn.init.zeros_(self.output.weight)
        nn.init.zeros_(self.output.bias)

    def forward(self, x):
        h = self.norm(x)
        query, key, value = (layer(h).flatten(2) for layer in [self.query, self.key, self.value])
        weights = (query.transpose(1, 2) @ key / math.sqrt(x.shape[1])).softmax(2)
        mixed = value @ weights.transpose(1, 2)
        return x + self.output(mixed.reshape(x.shape))


class UNet(nn.Module):
    """Names v = sqrt(kept) noise - sqrt(1 - kept) picture, from which both follow, in pictures with any amount of noise.

    Pictures [batch, channels, side, side], times [batch] from 0 to 1,000 and classes [batch], of which the last stands for
    "any" -> v as the pictures.
    """

    def __init__(self, channels, widths, embedding, classes):
        super().__init__()
        narrow, wide = widths
        self.embedding = embedding
        self.time1 = nn.Linear(embedding, embedding)
        self.time2 = nn.Linear(embedding, embedding)
        self.classes = nn.Embedding(classes + 1, embedding)
        self.stem = nn.Conv2d(4 * channels, narrow, 3, padding=1)
        self.down1 = Block(narrow, narrow, embedding)
        self.down2 = Block(narrow, narrow, embedding)
        self.shrink = nn.Conv2d(narrow, narrow, 3, stride=2, padding=1)
        self.down3 = Block(narrow, wide, embedding)
        self.attention1 = Attention(wide)
        self.down4 = Block(wide, wide, embedding)
        self.attention2 = Attention(wide)
        self.middle1 = Block(wide, wide, embedding)
        self.attention3 = Attention(wide)
        self.middle2 = Block(wide, wide, embedding)
        self.up4 = Block(2 * wide, wide, embedding)
        self.attention4 = Attention(wide)
        self.up3 = Block(2 * wide, narrow, embedding)
        self.grow = nn.Conv2d(narrow, narrow, 3, padding=1)
        self.up2 = Block(2 * narrow, narrow, embedding)
        self.up1 = Block(2 * narrow, narrow, embedding)
        self.norm = nn.GroupNorm(GROUPS, narrow)
        self.head = nn.Conv2d(narrow, 4 * channels, 3, padding=1)
        nn.init.normal_(self.classes.weight, std=0.02)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def embed(self, times, classes):
        """What the blocks are told of time and class, [batch, embedding]."""
        e = self.time2(functional.silu(self.time1(sinusoids(times, self.embedding))))
        return functional.silu(e + self.classes(classes))

    def forward(self, x, times, classes):
        e = self.embed(times, classes)
        x = self.stem(functional.pixel_unshuffle(x, 2))
        first = self.down1(x, e)
        second = self.down2(first, e)
        third = self.attention1(self.down3(self.shrink(second), e))
        fourth = self.attention2(self.down4(third, e))
        x = self.middle2(self.attention3(self.middle1(fourth, e)), e)
        x = self.attention4(self.up4(torch.cat([x, fourth], 1), e))
        x = self.up3(torch.cat([x, third], 1), e)
        x = self.grow(functional.interpolate(x, scale_factor=2, mode="nearest"))
        x = self.up2(torch.cat([x, second], 1), e)
        x = self.up1(torch.cat([x, first], 1), e)
        return functional.pixel_shuffle(self.head(functional.silu(self.norm(x))), 2)


def kept_at(times):
    """How much of the picture's variance is left after so many of 1,000 steps of the cosine schedule (Nichol and Dhariwal
    2021, equation 17): [any shape] -> the same."""
    def share(part):
        return torch.cos((part + 0.008) / 1.008 * math.pi / 2).square()

    return (share(times / 1000) / share(torch.zeros(()))).clamp(1e-5, 1 - 1e-5)


def as_burn(name, tensor):
    """A parameter, or its gradient, as burn keeps it: matrices are [inputs, outputs], the table of classes stays."""
    return tensor.T if tensor.dim() == 2 and not name.startswith("classes") else tensor


def bound_of(name, leaf):
    """How large the formula's numbers are for a parameter: such that signals keep about their size."""
    if name.endswith("bias") or leaf.dim() == 1:
        return BIAS
    return 1.0 if name.startswith("classes") else round(math.sqrt(3 / leaf[0].numel()), 3)


def of_formula(precision=torch.float64):
    """A small network whose parameters follow the formula, each starting where the last one ended; scales of the norms lie
    around 1."""
    network = UNet(**SMALL)
    start = 1
    with torch.no_grad():
        for name, leaf in network.named_parameters():
            numbers = scattered(leaf.numel(), start) * bound_of(name, leaf)
            target = as_burn(name, leaf)
            scales = leaf.dim() == 1 and name.endswith("weight")
            target.copy_((numbers + 1 if scales else numbers).reshape(target.shape))
            start += leaf.numel()
    return network.to(precision)


def formula_maps(shape, start, precision=torch.float64):
    """Maps that look like noise from -1 to 1."""
    return scattered(math.prod(shape), start).reshape(shape).to(precision)


def asked(network, precision=torch.float64):
    """Everything that the fixture holds, by name: tensors."""
    batch = len(TIMES)
    found = {}
    stages = []

    def keep(name):
        return lambda module, inputs, output: stages.append((name, output))

    parts = ["stem", "down1", "down2", "shrink", "down3", "attention1", "down4", "attention2", "middle1", "attention3",
             "middle2", "up4", "attention4", "up3", "grow", "up2", "up1"]
    hooks = [getattr(network, name).register_forward_hook(keep(name)) for name in parts]
    x = formula_maps([batch, SMALL["channels"], SIDE, SIDE], 70_000, precision).requires_grad_()
    times = torch.tensor(TIMES, dtype=precision)
    v = network(x, times, torch.tensor(CLASSES))
    for hook in hooks:
        hook.remove()
    error = (v - formula_maps(v.shape, 90_000, precision)).square().mean()
    error.backward()
    found["stages"] = {name: stage.detach() for name, stage in stages} | {"head": v.detach()}
    # A number that all keys share changes nothing, so its gradient is nothing but rounding.
    leaves = [(name, leaf) for name, leaf in network.named_parameters() if not name.endswith("key.bias")]
    found["gradients"] = {name: as_burn(name, leaf.grad) for name, leaf in leaves}
    found["alone"] = {
        "error": error.detach().reshape(1),
        "picture gradient": x.grad,
        "sinusoids": sinusoids(times, SMALL["embedding"]),
        "embedding": network.embed(times, torch.tensor(CLASSES)).detach(),
        "attention": network.attention1(formula_maps([batch, SMALL["widths"][1], 5, 7], 110_000, precision)).detach(),
        "block": network.up2(
            formula_maps([batch, 2 * SMALL["widths"][0], 6, 5], 130_000, precision),
            formula_maps([batch, SMALL["embedding"]], 150_000, precision),
        ).detach(),
    }
    return found


def write_fixture():
    found, single = asked(of_formula()), asked(of_formula(torch.float32), torch.float32)
    for group, tensors in found.items():
        off = max(
            ((single[group][name].double() - tensor).abs().max() / tensor.abs().mean()).item()
            for name, tensor in tensors.items()
        )
        print(f"{group}: single precision is off by {off:.1e} of the mean size")
    network = of_formula()
    fixture = {
        "torch": torch.__version__.split("+")[0],
        **SMALL,
        "side": SIDE,
        "times": TIMES,
        "asked": CLASSES,
        "bounds": {name: bound_of(name, leaf) for name, leaf in network.named_parameters()},
        **{group: {name: digest(tensor) for name, tensor in tensors.items()} for group, tensors in found.items()},
    }
    path = Path(__file__).parent.parent / "fixtures" / "ddpm.json"
    path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--train", choices=["small", "cifar"])
    parser.add_argument("--export", choices=["small", "cifar"])
    parser.add_argument("--data", default="../shared/data")
    parser.add_argument("--kept", default="/tmp/checkpoints")
    arguments = parser.parse_args()
    if arguments.train:
        import ddpm_training

        ddpm_training.train(arguments.train, arguments.data, arguments.kept)
    elif arguments.export:
        import ddpm_export

        ddpm_export.export(arguments.export, arguments.data, arguments.kept)
    else:
        write_fixture()


if __name__ == "__main__":
    main()
