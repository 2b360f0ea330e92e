"""The Transformer in PyTorch: the twin of models/src/sequence/transformer.rs; transformer_training.py trains its large weights.

Writes tests/fixtures/transformer.json: attention by PyTorch's own nn.MultiheadAttention with masks, and a small network, forward,
gradients and three steps of Adam. Names and shapes are those of our network (matrices are [inputs, outputs], as burn keeps them). Differs from the paper as
ours does: each block normalises before its layer (pre-LN), and one table embeds source and target and gives the output.
Run from the repository's root:

    python3 tests/reference/transformer.py          # needs torch and numpy
"""

import json
import math
from pathlib import Path

import torch
from lenet import digest, scattered
from torch import nn
from torch.nn import functional as F
from translation import PAD


class Linear(nn.Module):
    """x W + b with W [inputs, outputs]."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(inputs, outputs).uniform_(-1, 1) * math.sqrt(6 / (inputs + outputs)))
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x):
        return F.linear(x, self.weight.t(), self.bias)


def joined(x, layers):
    """Several linear layers of one input as one product."""
    weight = torch.cat([layer.weight for layer in layers], 1)
    return F.linear(x, weight.t(), torch.cat([layer.bias for layer in layers]))


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.output = (Linear(width, width) for _ in range(4))

    def split(self, x):
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def forward(self, x, memory, mask=None, causal=False):
        """x [batch, queries, width], memory [batch, keys, width], mask [batch, 1, queries or 1, keys], true where it may look."""
        layers = [self.query, self.key, self.value]
        if x is memory:
            q, k, v = joined(x, layers).chunk(3, -1)
        else:
            q, (k, v) = self.query(x), joined(memory, layers[1:]).chunk(2, -1)
        # Short rows in half precision are slower than in single.
        with torch.autocast("cpu", enabled=False):
            q, k, v = (self.split(part.float()) for part in (q, k, v))
            mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=causal)
        return self.output(mixed.transpose(1, 2).flatten(2))


class Feed(nn.Module):
    def __init__(self, width, inner):
        super().__init__()
        self.inner, self.outer = Linear(width, inner), Linear(inner, width)

    def forward(self, x):
        return self.outer(F.relu(self.inner(x)))


class EncoderLayer(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.attention_norm, self.attention = nn.LayerNorm(c["width"]), Attention(c["width"], c["heads"])
        self.feed_norm, self.feed = nn.LayerNorm(c["width"]), Feed(c["width"], c["inner"])

    def forward(self, x, mask, drop):
        y = self.attention_norm(x)
        x = x + drop(self.attention(y, y, mask))
        return x + drop(self.feed(self.feed_norm(x)))


class DecoderLayer(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.attention_norm, self.attention = nn.LayerNorm(c["width"]), Attention(c["width"], c["heads"])
        self.cross_norm, self.cross = nn.LayerNorm(c["width"]), Attention(c["width"], c["heads"])
        self.feed_norm, self.feed = nn.LayerNorm(c["width"]), Feed(c["width"], c["inner"])

    def forward(self, x, memory, mask, drop):
        y = self.attention_norm(x)
        x = x + drop(self.attention(y, y, causal=True))
        x = x + drop(self.cross(self.cross_norm(x), memory, mask))
        return x + drop(self.feed(self.feed_norm(x)))


def sinusoids(length, width):
    """PE[p, 2i] = sin(p / 10000^(2i/width)), PE[p, 2i+1] = cos(…): [length, width]."""
    place = torch.arange(length).double()[:, None]
    rate = torch.exp(torch.arange(0, width, 2).double() * (-math.log(10000.0) / width))
    return torch.stack([torch.sin(place * rate), torch.cos(place * rate)], -1).flatten(1).float()


class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        c = self.config = config
        self.embedding = nn.Embedding(c["vocabulary"], c["width"])
        nn.init.normal_(self.embedding.weight, std=c["width"] ** -0.5)
        if c["positions"] == "learned":
            self.places = nn.Embedding(c["longest"], c["width"])
            nn.init.normal_(self.places.weight, std=0.02)
        else:
            self.register_buffer("table", sinusoids(c["longest"], c["width"]), persistent=False)
        self.encoder = nn.ModuleList(EncoderLayer(c) for _ in range(c["encoder_layers"]))
        self.encoder_norm = nn.LayerNorm(c["width"])
        self.decoder = nn.ModuleList(DecoderLayer(c) for _ in range(c["decoder_layers"]))
        self.decoder_norm = nn.LayerNorm(c["width"])
        self.dropout, self.pool = 0.0, None

    def drop(self, x):
        """Dropout with a mask cut at a random place out of a pool of draws, which is much faster than fresh draws."""
        if self.dropout == 0 or not self.training:
            return x
        if self.pool is None:
            self.pool = (torch.rand(1 << 22) >= self.dropout).float() / (1 - self.dropout)
        start = int(torch.randint(len(self.pool) - x.numel(), (1,)))
        return x * self.pool[start : start + x.numel()].view_as(x)

    def embed(self, ids):
        x = self.embedding(ids) * math.sqrt(self.config["width"])
        if self.config["positions"] == "learned":
            x = x + self.places.weight[: ids.shape[1]]
        elif self.config["positions"] == "sinusoidal":
            x = x + self.table[: ids.shape[1]]
        return self.drop(x)

    def encode(self, source, mask=None):
        """source [batch, keys] -> [batch, keys, width]; mask [batch, 1, 1, keys] is true at real tokens."""
        x = self.embed(source)
        for layer in self.encoder:
            x = layer(x, mask, self.drop)
        return self.encoder_norm(x)

    def decode(self, target, memory, mask=None):
        """target [batch, queries] -> states [batch, queries, width] before the output table."""
        x = self.embed(target)
        for layer in self.decoder:
            x = layer(x, memory, mask, self.drop)
        return self.decoder_norm(x)

    def logits(self, states):
        return F.linear(states, self.embedding.weight)

    def forward(self, source, target, padded=True):
        mask = (source != PAD)[:, None, None, :] if padded else None
        return self.logits(self.decode(target, self.encode(source, mask), mask))


# --- The fixture that tests/native/parity/transformer.rs compares our network with.

BATCH, QUERIES, KEYS, LENGTHS = 2, 4, 5, [5, 3]
WIDTH, HEADS = 8, 2
SMALL = {"vocabulary": 11, "width": 8, "heads": 2, "inner": 12, "encoder_layers": 2, "decoder_layers": 2, "longest": 6}
SOURCE = [[3, 4, 9, 10, 2], [7, 4, 2, PAD, PAD]]
TARGET = [[1, 5, 6, 8], [1, 9, 9, 4]]
RIGHT = [[5, 6, 8, 2], [9, 9, 4, 2]]
RATE, STEPS = 0.005, 3


def as_burn(name):
    """Our name of a parameter: layer normalisation has gamma and beta."""
    layer, kind = name.rsplit(".", 1)
    return f"{layer}.{ {'weight': 'gamma', 'bias': 'beta'}[kind]}" if layer.endswith("norm") else name


def fill(named):
    """The formula's numbers into parameters, names in alphabetical order: about 1 for gamma, small for what is added."""
    start = 1
    for name, leaf in sorted(named.items()):
        numbers = scattered(leaf.numel(), start).reshape(leaf.shape)
        kind = name.rsplit(".", 1)[1]
        start += leaf.numel()
        leaf.data = {"gamma": 1 + 0.1 * numbers, "beta": 0.1 * numbers, "bias": 0.1 * numbers}.get(kind, 0.5 * numbers)


def attention_case(name):
    """PyTorch's own multi-head attention with our weights."""
    ours = Attention(WIDTH, HEADS)
    fill(dict(ours.named_parameters()))
    theirs = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
    projections = [ours.query, ours.key, ours.value]
    theirs.in_proj_weight.data = torch.cat([layer.weight.data.t() for layer in projections])
    theirs.in_proj_bias.data = torch.cat([layer.bias.data for layer in projections])
    theirs.out_proj.weight.data, theirs.out_proj.bias.data = ours.output.weight.data.t(), ours.output.bias.data
    x = scattered(BATCH * QUERIES * WIDTH, 5000).reshape(BATCH, QUERIES, WIDTH).requires_grad_()
    memory = x if name != "cross" else scattered(BATCH * KEYS * WIDTH, 6000).reshape(BATCH, KEYS, WIDTH).requires_grad_()
    hidden = {
        "causal": {"attn_mask": torch.ones(QUERIES, QUERIES).triu(1).bool()},
        "cross": {"key_padding_mask": torch.arange(KEYS)[None] >= torch.tensor(LENGTHS)[:, None]},
    }.get(name, {})
    output, weights = theirs(x, memory, memory, average_attn_weights=False, **hidden)
    (output * scattered(output.numel(), 7000).reshape(output.shape)).sum().backward()
    gradients = {"x": digest(x.grad)} | ({"memory": digest(memory.grad)} if memory is not x else {})
    for place, part in enumerate(["query", "key", "value"]):
        gradients[f"{part}.weight"] = digest(theirs.in_proj_weight.grad[place * WIDTH : (place + 1) * WIDTH].t())
        gradients[f"{part}.bias"] = digest(theirs.in_proj_bias.grad[place * WIDTH : (place + 1) * WIDTH])
    gradients |= {"output.weight": digest(theirs.out_proj.weight.grad.t()), "output.bias": digest(theirs.out_proj.bias.grad)}
    return {"name": name, "output": digest(output), "weights": digest(weights), "gradients": gradients}


def network_case(positions):
    model = Transformer(SMALL | {"positions": positions})
    named = {as_burn(name): leaf for name, leaf in model.named_parameters()}
    fill(named)
    source, target, right = map(torch.tensor, (SOURCE, TARGET, RIGHT))
    cost = lambda: F.cross_entropy(model(source, target).flatten(0, 1), right.flatten())
    logits, loss = model(source, target), cost()
    loss.backward()
    gradients = {name: digest(leaf.grad) for name, leaf in named.items()}
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = cost()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return {"positions": positions, "logits": digest(logits), "gradients": gradients, "losses": losses}


def main():
    fixture = {
        "torch": torch.__version__.split("+")[0],
        "attention": [attention_case(name) for name in ["self", "causal", "cross"]],
        "config": SMALL,
        "source": [[token for token in row if token != PAD] for row in SOURCE],
        "target": TARGET,
        "right": RIGHT,
        "rate": RATE,
        "networks": [network_case(positions) for positions in ["sinusoidal", "learned", "none"]],
    }
    path = Path(__file__).parent.parent / "fixtures" / "transformer.json"
    path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
