"""LeNet-5 in PyTorch: the same network as models/src/vision/lenet.rs, to check ours against.

Writes tests/fixtures/lenet.json: for each bend and pooling the answers of all layers, the loss, the gradients of all
parameters and of the pictures, and three steps of Adam. Weights and pictures follow a formula that both sides compute,
and long tensors are given as a few of their numbers with two sums over all of them. Run from the repository's root:

    python3 tests/reference/lenet.py          # needs torch and numpy
"""

import json
from pathlib import Path

import torch
from torch import nn

BATCH = 2
CLASSES = 10
TARGETS = [3, 8]
RATE = 0.001
STEPS = 3
ACTIVATIONS = {"tanh": torch.tanh, "relu": torch.relu}
POOLINGS = {"average": nn.functional.avg_pool2d, "max": nn.functional.max_pool2d}
# Each parameter's shape as burn keeps it, and the bound of its numbers; matrices are [inputs, outputs].
PARAMETERS = {
    "c1.weight": ([6, 1, 5, 5], 0.4),
    "c1.bias": ([6], 0.1),
    "c3.weight": ([16, 6, 5, 5], 0.2),
    "c3.bias": ([16], 0.1),
    "c5.weight": ([400, 120], 0.12),
    "c5.bias": ([120], 0.1),
    "f6.weight": ([120, 84], 0.2),
    "f6.bias": ([84], 0.1),
    "output.weight": ([84, CLASSES], 0.25),
    "output.bias": ([CLASSES], 0.1),
}
KEPT = 40


def scattered(count, start):
    """Numbers from -1 to 1 that look random: (i + start)² · 7919 + 3 modulo 10007, exact in f32 after the division."""
    i = torch.arange(count, dtype=torch.int64) + start
    return ((i * i * 7919 + 3) % 10007).double().div(5003).sub(1).float()


def parameters():
    """Fresh leaves with the formula's numbers; each tensor starts where the last one ended."""
    start = 1
    leaves = {}
    for name, (shape, bound) in PARAMETERS.items():
        count = torch.Size(shape).numel()
        leaves[name] = (scattered(count, start) * bound).reshape(shape).requires_grad_()
        start += count
    return leaves


def pictures():
    """Strokes on dark ground: rows and columns that wander, [batch, 1, 28, 28]."""
    return scattered(BATCH * 784, 70000).clamp(min=0).reshape(BATCH, 1, 28, 28)


def stages(p, x, activation, pooling, relu=None):
    """Every layer's answer, C1 to output, units as plain columns."""
    bend = relu or ACTIVATIONS[activation]
    pool = POOLINGS[pooling]
    c1 = bend(nn.functional.conv2d(x, p["c1.weight"], p["c1.bias"], padding=2))
    s2 = pool(c1, 2)
    c3 = bend(nn.functional.conv2d(s2, p["c3.weight"], p["c3.bias"]))
    s4 = pool(c3, 2)
    c5 = bend(s4.flatten(1) @ p["c5.weight"] + p["c5.bias"])
    f6 = bend(c5 @ p["f6.weight"] + p["f6.bias"])
    return [c1, s2, c3, s4, c5, f6, f6 @ p["output.weight"] + p["output.bias"]]


def digest(tensor):
    """Some numbers, evenly spread, and two sums over all: plain, and weighed by 1, 2, 3, …, 7, 1, 2, …"""
    flat = tensor.detach().flatten().double()
    places = [i * (flat.numel() - 1) // (KEPT - 1) for i in range(KEPT)] if flat.numel() > KEPT else range(flat.numel())
    ramp = torch.arange(flat.numel()) % 7 + 1
    return {
        "count": flat.numel(),
        "values": [float(f"{flat[place]:.8g}") for place in places],
        "sum": flat.sum().item(),
        "weighed": (flat * ramp).sum().item(),
        "size": flat.abs().sum().item(),
    }


def main():
    targets = torch.tensor(TARGETS)
    cases = []
    for activation in ACTIVATIONS:
        for pooling in POOLINGS:
            p, x = parameters(), pictures().requires_grad_()
            answers = stages(p, x, activation, pooling)
            loss = nn.functional.cross_entropy(answers[-1], targets)
            loss.backward()
            case = {
                "activation": activation,
                "pooling": pooling,
                "stages": [digest(answer) for answer in answers],
                "loss": loss.item(),
                "gradients": {name: digest(leaf.grad) for name, leaf in p.items()},
                "picture_gradient": digest(x.grad),
            }
            p, x = parameters(), pictures()
            optimizer = torch.optim.Adam(p.values(), lr=RATE)
            losses = []
            for _ in range(STEPS):
                optimizer.zero_grad()
                loss = nn.functional.cross_entropy(stages(p, x, activation, pooling)[-1], targets)
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            case["losses"] = losses
            case["trained"] = {name: digest(leaf) for name, leaf in p.items()}
            cases.append(case)
    fixture = {
        "torch": torch.__version__.split("+")[0],
        "bounds": {name: bound for name, (_, bound) in PARAMETERS.items()},
        "targets": TARGETS,
        "rate": RATE,
        "cases": cases,
    }
    path = Path(__file__).parent.parent / "fixtures" / "lenet.json"
    path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
