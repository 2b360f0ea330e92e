//! Reads the IDX files in which MNIST and its relatives are distributed.

use std::{fs::File, io::Read, path::Path};

use flate2::read::GzDecoder;
use models::data::images::Images;

use crate::Trouble;

/// Pictures and labels of one part: `PART-images-idx3-ubyte.gz` and `PART-labels-idx1-ubyte.gz`.
pub fn read(folder: &Path, part: &str) -> Result<Images, Trouble> {
    let images = unpack(&folder.join(format!("{part}-images-idx3-ubyte.gz")))?;
    let labels = unpack(&folder.join(format!("{part}-labels-idx1-ubyte.gz")))?;
    let ([count, rows, columns], pixels) = parse::<3>(&images)?;
    let ([label_count], labels) = parse::<1>(&labels)?;
    if count != label_count || pixels.len() != count * rows * columns || labels.len() != count {
        return Err("Pictures and labels do not fit each other.".into());
    }
    Ok(Images { rows, columns, labels: labels.to_vec(), pixels: pixels.to_vec() })
}

fn unpack(path: &Path) -> Result<Vec<u8>, Trouble> {
    let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut bytes = Vec::new();
    GzDecoder::new(file).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Extents (big-endian) and the bytes after them; the fourth byte is the number of dimensions.
fn parse<const D: usize>(bytes: &[u8]) -> Result<([usize; D], &[u8]), Trouble> {
    let broken = || Trouble::from("This is no IDX file of bytes.");
    let (magic, mut rest) = bytes.split_first_chunk::<4>().ok_or_else(broken)?;
    if *magic != [0, 0, 8, D as u8] {
        return Err(broken());
    }
    let mut extents = [0; D];
    for extent in &mut extents {
        let (bytes, after) = rest.split_first_chunk::<4>().ok_or_else(broken)?;
        *extent = u32::from_be_bytes(*bytes) as usize;
        rest = after;
    }
    Ok((extents, rest))
}
