"""ADALINE's sum, error and gradient from PyTorch's autograd, and the bend of its bowl from NumPy, to check
models/src/foundations/adaline.rs against.

Writes tests/fixtures/adaline.json. Run from the repository's root:

    python3 tests/reference/adaline.py          # needs PyTorch and NumPy
"""

import json
from pathlib import Path

import numpy
import torch


def case(name, features, examples, seed):
    random = torch.Generator().manual_seed(seed)
    x = torch.randn(examples, features, generator=random)
    target = torch.where(torch.rand(examples, generator=random) < 0.4, 1.0, -1.0)
    weights = torch.randn(features, generator=random, requires_grad=True)
    bias = torch.randn((), generator=random, requires_grad=True)
    sums = x @ weights + bias
    loss = 0.5 * torch.nn.functional.mse_loss(sums, target)
    loss.backward()
    rate = 0.05
    with_one = numpy.concatenate([x.numpy(), numpy.ones((examples, 1))], axis=1).astype(numpy.float64)
    sharpest = numpy.linalg.eigvalsh(with_one.T @ with_one / examples)[-1]
    return {
        "name": name,
        "x": x.tolist(),
        "target": target.tolist(),
        "weights": weights.tolist(),
        "bias": bias.item(),
        "sums": sums.tolist(),
        "loss": loss.item(),
        "gradient": weights.grad.tolist(),
        "bias_gradient": bias.grad.item(),
        "rate": rate,
        # One step of torch.optim.SGD is this.
        "after": (weights - rate * weights.grad).tolist(),
        "stable_rate": 2 / sharpest,
    }


def main():
    cases = [case("two features", 2, 12, 1), case("many features", 30, 20, 2), case("one example", 4, 1, 3)]
    path = Path(__file__).parent.parent / "fixtures" / "adaline.json"
    path.write_text(json.dumps({"torch": torch.__version__, "cases": cases}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
