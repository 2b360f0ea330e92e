//! Small grey pictures with labels, in the site's own compact format.
//!
//! ```text
//! "FSIM" | u32 count | u16 rows | u16 columns | count label bytes | count · rows · columns pixel bytes
//! ```
//!
//! Numbers are little-endian, pixels run from 0 (paper) to 255 (ink), row by row.

use burn::tensor::{Device, Tensor, TensorData};

use crate::error::Error;

const HEADER: usize = 12;

/// Pictures of one size, each with its class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    /// Height in pixels.
    pub rows: usize,
    /// Width in pixels.
    pub columns: usize,
    /// The class of each picture.
    pub labels: Vec<u8>,
    /// All pictures one after another, row by row.
    pub pixels: Vec<u8>,
}

impl Images {
    /// Reads the compact format; every length is checked before anything is copied.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let trouble = |what: &str| Error::Images(what.into());
        let (header, body) = bytes.split_at_checked(HEADER).ok_or_else(|| trouble("the file is too short"))?;
        let [b'F', b'S', b'I', b'M', c0, c1, c2, c3, r0, r1, w0, w1] = *header else {
            return Err(trouble("the file does not begin with FSIM"));
        };
        let count = u32::from_le_bytes([c0, c1, c2, c3]) as usize;
        let rows = usize::from(u16::from_le_bytes([r0, r1]));
        let columns = usize::from(u16::from_le_bytes([w0, w1]));
        if rows == 0 || columns == 0 {
            return Err(trouble("a picture needs at least one row and one column"));
        }
        // In u64, where u32 · (1 + u16 · u16) cannot overflow.
        let expected = count as u64 * (1 + (rows * columns) as u64);
        if body.len() as u64 != expected {
            return Err(Error::Images(format!(
                "{} bytes follow the header, but {expected} were announced",
                body.len()
            )));
        }
        let (labels, pixels) = body.split_at(count);
        Ok(Self { rows, columns, labels: labels.to_vec(), pixels: pixels.to_vec() })
    }

    /// Writes the compact format.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER + self.labels.len() + self.pixels.len());
        bytes.extend_from_slice(b"FSIM");
        bytes.extend_from_slice(&(self.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&(self.rows as u16).to_le_bytes());
        bytes.extend_from_slice(&(self.columns as u16).to_le_bytes());
        bytes.extend_from_slice(&self.labels);
        bytes.extend_from_slice(&self.pixels);
        bytes
    }

    /// Appends pictures of the same size.
    pub fn extend(&mut self, other: Images) -> Result<(), Error> {
        if (self.rows, self.columns) != (other.rows, other.columns) {
            return Err(Error::Images(format!(
                "pictures of {} × {} pixels do not join pictures of {} × {}",
                other.columns, other.rows, self.columns, self.rows
            )));
        }
        self.labels.extend(other.labels);
        self.pixels.extend(other.pixels);
        Ok(())
    }

    /// Keeps the first `count` pictures.
    pub fn truncate(&mut self, count: usize) {
        self.labels.truncate(count);
        self.pixels.truncate(self.labels.len() * self.rows * self.columns);
    }

    /// The number of pictures.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no picture.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The pixels of one picture.
    pub fn image(&self, index: usize) -> &[u8] {
        let size = self.rows * self.columns;
        &self.pixels[index * size..(index + 1) * size]
    }

    /// Pixels from 0 to 1 of these pictures, and their classes as one-hot rows, ready for a network:
    /// `[batch, rows · columns]` and `[batch, classes]`.
    pub fn tensors(&self, indices: &[usize], classes: usize, device: &Device) -> (Tensor<2>, Tensor<2>) {
        let size = self.rows * self.columns;
        let mut inputs = Vec::with_capacity(indices.len() * size);
        let mut labels = Vec::with_capacity(indices.len());
        for &index in indices {
            inputs.extend(self.image(index).iter().map(|&pixel| f32::from(pixel) / 255.0));
            labels.push(self.labels[index]);
        }
        let inputs = Tensor::from_data(TensorData::new(inputs, [indices.len(), size]), device);
        (inputs, one_hot(&labels, classes, device))
    }
}

/// One row for each label, with a one at its class: `[batch, classes]`.
pub fn one_hot(labels: &[u8], classes: usize, device: &Device) -> Tensor<2> {
    let mut rows = vec![0.0_f32; labels.len() * classes];
    for (row, &label) in rows.chunks_exact_mut(classes).zip(labels) {
        row[usize::from(label)] = 1.0;
    }
    Tensor::from_data(TensorData::new(rows, [labels.len(), classes]), device)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn two() -> Images {
        Images { rows: 2, columns: 3, labels: vec![7, 1], pixels: (0..12).collect() }
    }

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(Images::parse(&two().to_bytes()), Ok(two()));
        let mut joined = two();
        joined.extend(two()).unwrap();
        assert_eq!((joined.len(), joined.image(3)), (4, &[6, 7, 8, 9, 10, 11][..]));
        joined.truncate(3);
        assert_eq!((joined.len(), joined.pixels.len()), (3, 18));
        assert!(joined.extend(Images { rows: 3, columns: 2, labels: vec![], pixels: vec![] }).is_err());
    }

    proptest! {
        #[test]
        fn hostile_bytes_are_refused_without_a_panic(
            changes in prop::collection::vec((0_usize..26, any::<u8>()), 0..6),
            cut in 0_usize..27,
        ) {
            let mut bytes = two().to_bytes();
            for (place, byte) in changes {
                bytes[place] = byte;
            }
            bytes.truncate(cut);
            if let Ok(images) = Images::parse(&bytes) {
                prop_assert_eq!(images.pixels.len(), images.len() * images.rows * images.columns);
            }
        }
    }
}
