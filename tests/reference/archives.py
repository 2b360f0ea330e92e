"""Pictures of ../shared/data, which lie in archives as CLASS/NAME.jpg, as tensors. They are trained from and measured on, and
never kept in this repository."""

import io
import tarfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image


def pictures(archive, classes, kept):
    """All pictures in the order of the archive, uint8 [count, 3, side, side], and their classes, int64 [count]. They are unpacked
    once, into the file `kept`."""
    kept = Path(kept)
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        pixels, targets = [], []
        with tarfile.open(archive) as packed:
            for member in packed:
                if member.name.endswith(".jpg"):
                    picture = Image.open(io.BytesIO(packed.extractfile(member).read())).convert("RGB")
                    pixels.append(np.asarray(picture).transpose(2, 0, 1))
                    targets.append(classes.index(Path(member.name).parent.name))
        half = kept.with_suffix(".part.npz")
        np.savez(half, pixels=np.stack(pixels), targets=np.array(targets))
        half.rename(kept)
    arrays = np.load(kept)
    return torch.from_numpy(arrays["pixels"]), torch.from_numpy(arrays["targets"])
