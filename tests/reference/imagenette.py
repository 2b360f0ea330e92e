"""Imagenette at 96 × 96 pixels (../shared/data/README.md) as tensors, and the changes that training makes to its pictures.

The pictures are ImageNet's: they are trained from and measured on, and never kept in this repository.
"""

import math
from pathlib import Path

import torch
from torch.nn import functional

import archives

SIDE = 96
CLASSES = [
    "tench", "english_springer", "cassette_player", "chain_saw", "church",
    "french_horn", "garbage_truck", "gas_pump", "golf_ball", "parachute",
]
HELD_OUT = 500
SMALLEST_CROP, STRETCH, JITTER = 0.35, 4 / 3, 0.3


def pictures(data, split, cache):
    """All pictures of `train` or `val` in the order of the archive, uint8 [count, 3, 96, 96], and their classes, int64."""
    archive = Path(data) / f"imagenette96_{split}.tar.gz"
    return archives.pictures(archive, CLASSES, Path(cache) / f"imagenette96-{split}.npz")


def split_off(pixels, targets):
    """The training pictures, and 500 of them held out to choose the settings: the first of an order fixed by seed 0."""
    order = torch.randperm(len(targets), generator=torch.Generator().manual_seed(0))
    held, kept = order[:HELD_OUT], order[HELD_OUT:]
    return (pixels[kept], targets[kept]), (pixels[held], targets[held])


def changed(batch):
    """A random rectangle of each picture stretched to the whole, half of them mirrored, brightness, contrast and colour
    changed a little: uint8 [batch, 3, 96, 96] -> from 0 to 1, [batch, 3, 96, 96]."""
    count = len(batch)

    def even(low, high, *shape):
        return torch.rand(count, *shape) * (high - low) + low

    x = batch.float() / 255
    area, stretch = even(SMALLEST_CROP, 1), even(-math.log(STRETCH), math.log(STRETCH)).exp()
    width, height = (area * stretch).sqrt().clamp(max=1), (area / stretch).sqrt().clamp(max=1)
    places = torch.zeros(count, 2, 3)
    places[:, 0, 0] = width * torch.where(torch.rand(count) < 0.5, -1.0, 1.0)
    places[:, 1, 1] = height
    places[:, 0, 2] = even(-1, 1) * (1 - width)
    places[:, 1, 2] = even(-1, 1) * (1 - height)
    grid = functional.affine_grid(places, list(x.shape), align_corners=False)
    x = functional.grid_sample(x, grid, padding_mode="border", align_corners=False)
    x = x * even(1 - JITTER, 1 + JITTER, 1, 1, 1)
    mean = x.mean((1, 2, 3), keepdim=True)
    x = mean + (x - mean) * even(1 - JITTER, 1 + JITTER, 1, 1, 1)
    grey = x.mean(1, keepdim=True)
    return (grey + (x - grey) * even(1 - JITTER, 1 + JITTER, 1, 1, 1)).clamp(0, 1)
