"""AlexNet, narrowed to pictures of 96 × 96 pixels, in PyTorch: the same network as models/src/vision/alexnet.rs.

The fixture holds, for ReLU and tanh and few maps: the answers of all layers, the loss, the gradients of all parameters
and of the pictures, Grad-CAM at conv5, guided backpropagation and the fast gradient sign method. Weights and pictures
follow the formula of lenet.py; from there on all is computed in double precision, to measure both sides' rounding by.
It prints how far PyTorch itself is off in single precision.

Run from the repository's root; all of it needs torch and numpy, the training also Pillow:

    python3 tests/reference/alexnet.py                          # writes tests/fixtures/alexnet.json
    python3 tests/reference/alexnet.py --train --data DIR       # trains on Imagenette, resumes where it was cut off
    python3 tests/reference/alexnet.py --train --data DIR --run relu      # a run for the curves; also tanh, dropout
    python3 tests/reference/alexnet.py --export --data DIR      # writes pretrained/alexnet-imagenette.*
"""

import argparse
import json
import math
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from lenet import digest, scattered

CLASSES = 10
MAPS = [64, 192, 256, 192, 192]
UNITS = 512
# The mean colour of the pictures trained on, as in the paper, and one scale for all three: what their numbers spread.
MEAN, SCALE = [0.463, 0.458, 0.431], 0.283
BENDS = {"relu": torch.relu, "tanh": torch.tanh}
# Of the fixture: few maps, two pictures and their classes, the step of the fast gradient sign method, and the bound of
# each parameter's numbers.
SMALL = {"maps": [4, 6, 8, 6, 5], "units": 12}
TARGETS = [3, 8]
EPSILON = 0.03
BOUNDS = {"conv1": 0.13, "conv2": 0.24, "conv3": 0.33, "conv4": 0.29, "conv5": 0.33, "fc6": 0.36, "fc7": 0.7, "fc8": 0.5}
BIAS = 0.1


class AlexNet(nn.Module):
    """Five convolutions and three layers of units; pictures from 0 to 1, [batch, 3, 96, 96] -> [batch, classes]."""

    def __init__(self, classes=CLASSES, maps=MAPS, units=UNITS, bend="relu", dropout=0.5):
        super().__init__()
        self.bend, self.dropout = BENDS[bend], dropout
        self.conv1 = nn.Conv2d(3, maps[0], 11, stride=3, padding=5)
        self.conv2 = nn.Conv2d(maps[0], maps[1], 5, padding=2)
        self.conv3 = nn.Conv2d(maps[1], maps[2], 3, padding=1)
        self.conv4 = nn.Conv2d(maps[2], maps[3], 3, padding=1)
        self.conv5 = nn.Conv2d(maps[3], maps[4], 3, padding=1)
        self.fc6 = nn.Linear(maps[4] * 9, units)
        self.fc7 = nn.Linear(units, units)
        self.fc8 = nn.Linear(units, classes)
        for layer in self.children():
            inputs, outputs = nn.init._calculate_fan_in_and_fan_out(layer.weight)
            bound = math.sqrt(6 / (inputs if bend == "relu" else inputs + outputs))
            nn.init.uniform_(layer.weight, -bound, bound)
            nn.init.zeros_(layer.bias)

    def stages(self, x):
        """Every layer's answer, conv1 to fc8."""
        drop = lambda x: functional.dropout(x, self.dropout, self.training)
        pool = lambda x: functional.max_pool2d(x, 3, 2)
        x = (x - torch.tensor(MEAN).reshape(3, 1, 1)) / SCALE
        conv1 = self.bend(self.conv1(x))  # [batch, 64, 32, 32]
        pool1 = pool(conv1)  # [batch, 64, 15, 15]
        conv2 = self.bend(self.conv2(pool1))
        pool2 = pool(conv2)  # [batch, 192, 7, 7]
        conv3 = self.bend(self.conv3(pool2))
        conv4 = self.bend(self.conv4(conv3))
        conv5 = self.bend(self.conv5(conv4))
        pool5 = pool(conv5)  # [batch, 192, 3, 3]
        fc6 = self.bend(self.fc6(drop(pool5.flatten(1))))
        fc7 = self.bend(self.fc7(drop(fc6)))
        return [conv1, pool1, conv2, pool2, conv3, conv4, conv5, pool5, fc6, fc7, self.fc8(fc7)]

    def forward(self, x):
        return self.stages(x)[-1]


class GuidedRelu(torch.autograd.Function):
    """max(0, z) with a way back that lets only positive gradients through."""

    @staticmethod
    def forward(context, z):
        context.save_for_backward(z)
        return z.clamp(min=0)

    @staticmethod
    def backward(context, gradient):
        (z,) = context.saved_tensors
        return gradient.clamp(min=0) * (z > 0)


def as_burn(name, tensor):
    """A parameter, or its gradient, as burn keeps it: matrices are [inputs, outputs]."""
    return tensor.T if name.startswith("fc") and tensor.dim() == 2 else tensor


def of_formula(bend, precision=torch.float64):
    """A small network whose parameters follow the formula, each starting where the last one ended."""
    network = AlexNet(**SMALL, bend=bend).eval()
    start = 1
    with torch.no_grad():
        for name, leaf in network.named_parameters():
            layer, kind = name.split(".")
            numbers = scattered(leaf.numel(), start) * (BOUNDS[layer] if kind == "weight" else BIAS)
            target = as_burn(name, leaf)
            target.copy_(numbers.reshape(target.shape))
            start += leaf.numel()
    return network.to(precision)


def formula_pictures(precision=torch.float64):
    """Two pictures from 0 to 1 that look like noise, [2, 3, 96, 96]."""
    count = len(TARGETS) * 3 * 96 * 96
    return ((scattered(count, 70000) + 1) / 2).reshape(len(TARGETS), 3, 96, 96).to(precision)


def there_and_back(bend, precision=torch.float64):
    """All answers, the loss, and the gradients of the pictures and of all parameters."""
    network, x = of_formula(bend, precision), formula_pictures(precision).requires_grad_()
    answers = network.stages(x)
    loss = functional.cross_entropy(answers[-1], torch.tensor(TARGETS))
    loss.backward()
    gradients = {name: as_burn(name, leaf.grad) for name, leaf in network.named_parameters()}
    return answers, loss, x.grad, gradients


def rounding(bend):
    """The largest difference between single and double precision, each tensor's against the mean size of its numbers."""

    def flat(precision):
        answers, _, of_pictures, gradients = there_and_back(bend, precision)
        return [tensor.detach().double() for tensor in [*answers, of_pictures, *gradients.values()]]

    pairs = zip(flat(torch.float32), flat(torch.float64))
    return max(((single - double).abs().max() / double.abs().mean()).item() for single, double in pairs)


def explained(network, bend):
    """What the explainers say of the formula's pictures."""
    rows = range(len(TARGETS))
    answers = network.stages(formula_pictures())
    (slope,) = torch.autograd.grad(answers[-1][rows, TARGETS].sum(), answers[6])
    heat = (answers[6] * slope.mean((2, 3), keepdim=True)).sum(1).clamp(min=0)
    x = formula_pictures().requires_grad_()
    functional.cross_entropy(network(x), torch.tensor(TARGETS), reduction="sum").backward()
    changed = (x + EPSILON * x.grad.sign()).clamp(0, 1)
    if bend == "relu":
        network.bend = GuidedRelu.apply
    x = formula_pictures().requires_grad_()
    network(x)[rows, TARGETS].sum().backward()
    return {"grad_cam": digest(heat), "guided": digest(x.grad), "fgsm": digest(changed)}


def write_fixture():
    cases = []
    for bend in BENDS:
        answers, loss, of_pictures, gradients = there_and_back(bend)
        case = {
            "activation": bend,
            "stages": [digest(answer) for answer in answers],
            "loss": loss.item(),
            "gradients": {name: digest(gradient) for name, gradient in gradients.items()},
            "picture_gradient": digest(of_pictures),
        }
        cases.append(case | explained(of_formula(bend), bend))
        print(f"{bend}: single precision is off by {rounding(bend):.1e} of the mean size")
    fixture = {
        "torch": torch.__version__.split("+")[0],
        "maps": SMALL["maps"],
        "units": SMALL["units"],
        "bounds": BOUNDS,
        "bias": BIAS,
        "targets": TARGETS,
        "epsilon": EPSILON,
        "cases": cases,
    }
    path = Path(__file__).parent.parent / "fixtures" / "alexnet.json"
    path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--train", action="store_true")
    arguments.add_argument("--export", action="store_true")
    arguments.add_argument("--data", help="the folder that holds imagenette96_train.tar.gz and imagenette96_val.tar.gz")
    arguments.add_argument("--run", default="main", help="main, relu, tanh or dropout")
    arguments.add_argument("--epochs", type=int, help="other than the recipe's, to try it")
    arguments.add_argument("--rate", type=float, help="other than the recipe's, to try it")
    arguments.add_argument("--kept", default="/tmp/checkpoints", help="where checkpoints and decoded pictures are kept")
    arguments = arguments.parse_args()
    torch.set_num_threads(1)
    if arguments.train:
        import alexnet_training

        alexnet_training.train(arguments.run, arguments.data, arguments.kept, arguments.epochs, arguments.rate)
    elif arguments.export:
        import alexnet_export

        alexnet_export.export(arguments.data, arguments.kept)
    else:
        write_fixture()


if __name__ == "__main__":
    main()
