//! The IDX files of MNIST and Fashion-MNIST, and the site's own format that they become.
//!
//! `FSIM | u32 count | u16 rows | u16 columns | count labels | count * rows * columns pixels`, little endian; a file
//! stands alone, so the first can be used while the others are on their way.

use crate::{
    data::{Written, put},
    failure::{Outcome, fail},
};

/// Labelled pictures.
pub struct Pictures {
    rows: usize,
    columns: usize,
    labels: Vec<u8>,
    pixels: Vec<u8>,
}

impl Pictures {
    /// Reads a pair of IDX files.
    pub fn parse(images: &[u8], labels: &[u8]) -> Outcome<Self> {
        let [count, rows, columns] = header(images, 0x0803)?;
        let [listed] = header(labels, 0x0801)?;
        let (pixels, labels) = (&images[16..], &labels[8..]);
        if count != listed || labels.len() != count || pixels.len() != count * rows * columns {
            return fail("The IDX files do not fit each other.");
        }
        Ok(Self { rows, columns, labels: labels.to_vec(), pixels: pixels.to_vec() })
    }

    fn pack(&self, from: usize, to: usize) -> Vec<u8> {
        let size = self.rows * self.columns;
        let mut out = b"FSIM".to_vec();
        out.extend(((to - from) as u32).to_le_bytes());
        out.extend((self.rows as u16).to_le_bytes());
        out.extend((self.columns as u16).to_le_bytes());
        out.extend(&self.labels[from..to]);
        out.extend(&self.pixels[from * size..to * size]);
        out
    }

    /// Writes `FOLDER/PART-0.bin.gz` and so on, in the published order: `first` pictures, then files of `rest` each.
    pub fn write(&self, folder: &str, part: &str, first: usize, rest: usize) -> Outcome<Vec<Written>> {
        let mut written = Vec::new();
        let mut from = 0;
        while from < self.labels.len() {
            let to = self.labels.len().min(from + if written.is_empty() { first } else { rest });
            let name = format!("{folder}/{part}-{}.bin.gz", written.len());
            written.push(put(&name, to - from, &self.pack(from, to))?);
            from = to;
        }
        Ok(written)
    }
}

fn header<const N: usize>(bytes: &[u8], magic: u32) -> Outcome<[usize; N]> {
    let word = |at: usize| bytes.get(at..at + 4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]));
    if word(0) != Some(magic) {
        return fail("This is not the IDX file it should be.");
    }
    let mut sizes = [0; N];
    for (index, size) in sizes.iter_mut().enumerate() {
        match word(4 + 4 * index) {
            Some(value) => *size = value as usize,
            None => return fail("The IDX file is cut short."),
        }
    }
    Ok(sizes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(count: u32) -> (Vec<u8>, Vec<u8>) {
        let mut images: Vec<u8> = [0x0803, count, 2, 3].iter().flat_map(|n: &u32| n.to_be_bytes()).collect();
        images.extend((0..count * 6).map(|n| n as u8));
        let mut labels: Vec<u8> = [0x0801, count].iter().flat_map(|n: &u32| n.to_be_bytes()).collect();
        labels.extend((0..count).map(|n| n as u8));
        (images, labels)
    }

    #[test]
    fn a_part_stands_alone() {
        let (images, labels) = pair(5);
        let pictures = Pictures::parse(&images, &labels).unwrap();
        let packed = pictures.pack(2, 4);
        assert_eq!(packed[..12], *b"FSIM\x02\0\0\0\x02\0\x03\0");
        assert_eq!(packed[12..14], [2, 3]);
        assert_eq!(packed[14..], (12..24).collect::<Vec<u8>>());
    }

    #[test]
    fn files_cut_short_are_refused() {
        let (images, labels) = pair(5);
        assert!(Pictures::parse(&images[..images.len() - 1], &labels).is_err());
        assert!(Pictures::parse(&images[..6], &labels).is_err());
        assert!(Pictures::parse(&labels, &images).is_err());
    }
}
