"""The multilayer perceptron in PyTorch: the same network as models/src/foundations/mlp.rs, to check ours against.

Writes tests/fixtures/mlp.json: for each activation the inputs, weights, logits, loss and all gradients; for each
optimiser the losses of three steps and the weights after them. Run from the repository's root:

    python3 tests/reference/mlp.py          # needs torch and numpy
"""

import json
from pathlib import Path

import torch
from torch import nn

SIZES = [3, 5, 4, 3]
BATCH = 6
STEPS = 3
ACTIVATIONS = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}
OPTIMIZERS = {
    "sgd": lambda parameters: torch.optim.SGD(parameters, lr=0.1),
    "momentum": lambda parameters: torch.optim.SGD(parameters, lr=0.1, momentum=0.9),
    "adam": lambda parameters: torch.optim.Adam(parameters, lr=0.01),
}


class Mlp(nn.Module):
    """Layers of `h @ W + b`, with W as [inputs, outputs] like burn's (PyTorch's own Linear keeps the transpose)."""

    def __init__(self, sizes, activation, generator):
        super().__init__()
        self.activation = ACTIVATIONS[activation]
        self.weights = nn.ParameterList(
            nn.Parameter(torch.randn(inputs, outputs, generator=generator) * 0.7)
            for inputs, outputs in zip(sizes, sizes[1:])
        )
        self.biases = nn.ParameterList(
            nn.Parameter(torch.randn(outputs, generator=generator) * 0.3) for outputs in sizes[1:]
        )

    def forward(self, x):
        h = x
        for k, (weight, bias) in enumerate(zip(self.weights, self.biases)):
            z = h @ weight + bias
            h = self.activation(z) if k < len(self.weights) - 1 else z
        return h


def numbers(tensors):
    """Each tensor as a flat list, the last dimension running fastest."""
    return [tensor.detach().flatten().tolist() for tensor in tensors]


def network(activation):
    """The same weights every time it is asked."""
    return Mlp(SIZES, activation, torch.Generator().manual_seed(7))


def main():
    generator = torch.Generator().manual_seed(3)
    inputs = torch.randn(BATCH, SIZES[0], generator=generator)
    targets = torch.randint(SIZES[-1], (BATCH,), generator=generator)
    cases = []
    for activation in ACTIVATIONS:
        model = network(activation)
        logits = model(inputs)
        loss = nn.functional.cross_entropy(logits, targets)
        loss.backward()
        case = {
            "activation": activation,
            "weights": numbers(model.weights),
            "biases": numbers(model.biases),
            "logits": logits.flatten().tolist(),
            "loss": loss.item(),
            "weight_gradients": numbers(weight.grad for weight in model.weights),
            "bias_gradients": numbers(bias.grad for bias in model.biases),
            "trained": [],
        }
        for optimizer_name, make in OPTIMIZERS.items():
            model = network(activation)
            optimizer = make(model.parameters())
            losses = []
            for _ in range(STEPS):
                optimizer.zero_grad()
                loss = nn.functional.cross_entropy(model(inputs), targets)
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            case["trained"].append(
                {
                    "optimizer": optimizer_name,
                    "rate": optimizer.param_groups[0]["lr"],
                    "losses": losses,
                    "weights": numbers(model.weights),
                    "biases": numbers(model.biases),
                }
            )
        cases.append(case)
    fixture = {
        "torch": torch.__version__.split("+")[0],
        "sizes": SIZES,
        "inputs": inputs.flatten().tolist(),
        "targets": targets.tolist(),
        "cases": cases,
    }
    path = Path(__file__).parent.parent / "fixtures" / "mlp.json"
    path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
