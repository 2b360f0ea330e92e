//! Clothes in the shape of MNIST, the full 60,000 and 10,000.

use std::io::Read as _;

use flate2::read::GzDecoder;

use crate::{
    data::{
        Source, Written, clear,
        idx::Pictures,
        package::{Registry, unpack},
    },
    failure::{Outcome, read},
};

/// The data set.
pub const SOURCE: Source = Source {
    id: "fashion",
    name: "Fashion-MNIST",
    package: "dataset-fashion-mnist 0.0~git20200523.55506a9-1 (Debian)",
    package_sha256: "39e172fe32dd318ebb3e512220c3beea2fa47d7e20bab348fb4e0922d6beefc0",
    licence: "MIT",
    credit: "Zalando SE: Han Xiao, Kashif Rasul, Roland Vollgraf: Fashion-MNIST (2017)",
    made: "IDX files cut into parts in their published order and packed; the pixels are unchanged",
    convert,
};

fn convert(source: &Source) -> Outcome<Vec<Written>> {
    let version = "0.0~git20200523.55506a9-1";
    let files = unpack(Registry::Debian, "dataset-fashion-mnist", version, source.package_sha256)?
        .join("usr/share/datasets/fashion-mnist");
    clear("fashion")?;
    let unzip = |name: String| -> Outcome<Vec<u8>> {
        let mut raw = Vec::new();
        GzDecoder::new(&read(&files.join(name))?[..]).read_to_end(&mut raw)?;
        Ok(raw)
    };
    let pictures = |part: &str| {
        Pictures::parse(
            &unzip(format!("{part}-images-idx3-ubyte.gz"))?,
            &unzip(format!("{part}-labels-idx1-ubyte.gz"))?,
        )
    };
    let mut written = pictures("train")?.write("fashion", "train", 2_000, 5_800)?;
    written.extend(pictures("t10k")?.write("fashion", "test", 5_000, 5_000)?);
    Ok(written)
}
