"""The explainers in PyTorch, on the LeNet-5 of lenet.py: the same as models/src/explain/, to check ours against.

Writes tests/fixtures/explain.json: gradient and saliency, guided backpropagation by a ReLU with a backward of its own,
Grad-CAM at every layer with maps and enlarged by PyTorch's bilinear interpolation, occlusion by a plain loop, the
strongest answer of every map, the first filters, and SciPy's rank correlation. Run from the repository's root:

    python3 tests/reference/explain.py          # needs torch, numpy and scipy (which scikit-learn brings)
"""

import json
from pathlib import Path

import torch
from scipy.stats import spearmanr
from torch import nn

from lenet import PARAMETERS, digest, parameters, pictures, scattered, stages

CLASSES = [3, 8]
CASES = [("relu", "average"), ("relu", "max"), ("tanh", "average")]
# Stages that have a place in the picture.
SPATIAL = range(4)
PATCH = {"side": 6, "stride": 5, "fill": 0.5}


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


def chosen(scores):
    """The sum of each picture's score for its class."""
    return scores[range(len(CLASSES)), CLASSES].sum()


def picture_gradient(p, activation, pooling, relu=None):
    x = pictures().requires_grad_()
    chosen(stages(p, x, activation, pooling, relu)[-1]).backward()
    return x.grad


def grad_cam(p, activation, pooling, stage):
    """The heat at the stage's places, [batch, rows, columns]."""
    answers = stages(p, pictures(), activation, pooling)
    (slope,) = torch.autograd.grad(chosen(answers[-1]), answers[stage])
    return (answers[stage] * slope.mean((2, 3), keepdim=True)).sum(1).clamp(min=0).detach()


def occlusion(p, activation, pooling):
    """Scores of the first picture with every place covered, [places, classes]."""
    picture, side, stride = pictures()[:1], PATCH["side"], PATCH["stride"]
    starts = range(0, 28 - side + stride, stride)
    covered = []
    for top in starts:
        for left in starts:
            x = picture.clone()
            x[:, :, top : top + side, left : left + side] = PATCH["fill"]
            covered.append(stages(p, x, activation, pooling)[-1])
    return torch.cat(covered)


def main():
    cases = []
    for activation, pooling in CASES:
        p = parameters()
        gradient = picture_gradient(p, activation, pooling)
        heats = [grad_cam(p, activation, pooling, stage) for stage in SPATIAL]
        large = [
            nn.functional.interpolate(heat[:, None], size=(28, 28), mode="bilinear", align_corners=False)[:, 0]
            for heat in heats
        ]
        answers = stages(p, pictures(), activation, pooling)
        strongest = [answer.abs().amax([d for d in range(answer.dim()) if d != 1]) for answer in answers]
        case = {
            "activation": activation,
            "pooling": pooling,
            "gradient": digest(gradient),
            "saliency": digest(gradient.abs().amax(1)),
            "grad_cam": [digest(heat) for heat in heats],
            "enlarged": [digest(heat) for heat in large],
            "occluded": digest(occlusion(p, activation, pooling)),
            "strongest": [digest(maps) for maps in strongest],
            "filters": digest(p["c1.weight"] / p["c1.weight"].abs().amax((1, 2, 3), keepdim=True)),
        }
        # Only ReLU has a guided way back.
        guided = picture_gradient(p, activation, pooling, GuidedRelu.apply if activation == "relu" else None)
        case["guided"] = digest(guided)
        cases.append(case)
    ranks = []
    for count, levels in [(50, 1000), (50, 5), (784, 40)]:
        one = (scattered(count, 11) * levels).round()
        other = (scattered(count, 500) * levels).round() + one
        ranks.append({"one": one.tolist(), "other": other.tolist(), "rank_correlation": float(spearmanr(one, other)[0])})
    fixture = {
        "torch": torch.__version__.split("+")[0],
        "bounds": {name: bound for name, (_, bound) in PARAMETERS.items()},
        "classes": CLASSES,
        "patch": PATCH,
        "cases": cases,
        "ranks": ranks,
    }
    path = Path(__file__).parent.parent / "fixtures" / "explain.json"
    path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
