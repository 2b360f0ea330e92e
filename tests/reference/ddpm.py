"""The network of the DDPM lesson in PyTorch: the same U-Net as models/src/generative/unet.rs."""

import argparse
import math

import torch
from torch import nn
from torch.nn import functional

GROUPS = 8


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
    """Names the noise in pictures of any amount of it.

    Pictures [batch, channels, side, side], times [batch] from 0 to 1,000 and classes [batch], of which the last stands for
    "any" -> noise as the pictures.
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

    def forward(self, x, times, classes):
        e = self.time2(functional.silu(self.time1(sinusoids(times, self.embedding))))
        e = functional.silu(e + self.classes(classes))
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


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--train", choices=["small", "cifar"])
    parser.add_argument("--data", default="../shared/data")
    parser.add_argument("--kept", default="/tmp/checkpoints")
    arguments = parser.parse_args()
    if arguments.train:
        import ddpm_training

        ddpm_training.train(arguments.train, arguments.data, arguments.kept)
