"""AlexNet, narrowed to pictures of 96 × 96 pixels, in PyTorch: the same network as models/src/vision/alexnet.rs.

Run from the repository's root; all of it needs torch and numpy, the training also Pillow:

    python3 tests/reference/alexnet.py                          # writes tests/fixtures/alexnet.json
    python3 tests/reference/alexnet.py --train --data DIR       # trains on Imagenette, resumes where it was cut off
    python3 tests/reference/alexnet.py --train --data DIR --run relu      # a run for the curves; also tanh, dropout
    python3 tests/reference/alexnet.py --export --data DIR      # writes pretrained/alexnet-imagenette.*
"""

import argparse
import math

import torch
from torch import nn
from torch.nn import functional

CLASSES = 10
MAPS = [64, 192, 256, 192, 192]
UNITS = 512
# The mean colour of the pictures trained on, as in the paper, and one scale for all three: what their numbers spread.
MEAN, SCALE = [0.463, 0.458, 0.431], 0.283
BENDS = {"relu": torch.relu, "tanh": torch.tanh}


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


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--train", action="store_true")
    arguments.add_argument("--export", action="store_true")
    arguments.add_argument("--data", help="the folder that holds imagenette96_train.tar.gz and imagenette96_val.tar.gz")
    arguments.add_argument("--run", default="main", help="main, relu, tanh or dropout")
    arguments.add_argument("--epochs", type=int)
    arguments.add_argument("--kept", default="/tmp/checkpoints", help="where checkpoints and decoded pictures are kept")
    arguments = arguments.parse_args()
    torch.set_num_threads(1)
    if arguments.train:
        import alexnet_training

        alexnet_training.train(arguments.run, arguments.data, arguments.kept, arguments.epochs)


if __name__ == "__main__":
    main()
