//! Reads archives of coloured pictures that lie in folders named after their classes.

use std::{fs::File, io::Read, path::Path};

use flate2::read::GzDecoder;
use models::data::images::Images;
use rand::{SeedableRng, seq::SliceRandom};
use rand_pcg::Pcg32;
use zune_jpeg::{JpegDecoder, zune_core::bytestream::ZCursor};

use crate::{Trouble, run::SEED};

/// All pictures `CLASS/NAME.jpg` in an order drawn at random, each as its red, its green and its blue plane, one below the
/// other.
pub fn read(path: &Path, classes: &[&str]) -> Result<Images, Trouble> {
    let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut pictures = Vec::new();
    for entry in tar::Archive::new(GzDecoder::new(file)).entries()? {
        let mut entry = entry?;
        let name = entry.path()?.into_owned();
        if name.extension().is_none_or(|ending| ending != "jpg") {
            continue;
        }
        let class = name.parent().and_then(|folder| classes.iter().position(|class| folder.ends_with(class)));
        let class = class.ok_or_else(|| format!("{} is in no folder of a class.", name.display()))?;
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        pictures.push((class as u8, planes(&bytes).map_err(|error| format!("{}: {error}", name.display()))?));
    }
    pictures.shuffle(&mut Pcg32::seed_from_u64(SEED));
    let (rows, columns) = pictures.first().map_or((0, 0), |(_, picture)| (picture.rows, picture.columns));
    if pictures.iter().any(|(_, picture)| (picture.rows, picture.columns) != (rows, columns)) {
        return Err("Not all pictures have the same size.".into());
    }
    let labels = pictures.iter().map(|(class, _)| *class).collect();
    Ok(Images { rows, columns, labels, pixels: pictures.into_iter().flat_map(|(_, picture)| picture.pixels).collect() })
}

/// One picture's three planes.
struct Planes {
    rows: usize,
    columns: usize,
    pixels: Vec<u8>,
}

fn planes(jpeg: &[u8]) -> Result<Planes, Trouble> {
    let mut decoder = JpegDecoder::new(ZCursor::new(jpeg));
    let pixels = decoder.decode()?;
    let (columns, rows) = decoder.dimensions().ok_or("a picture without a size")?;
    let pixels = (0..3).flat_map(|channel| pixels.iter().skip(channel).step_by(3).copied()).collect();
    Ok(Planes { rows: 3 * rows, columns, pixels })
}
