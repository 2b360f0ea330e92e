//! The shipped photographs as networks see them.

use std::fs;

use burn::tensor::{Device, Tensor, TensorData};
use models::data::photograph::{self, CENTRE, Square};
use zune_jpeg::{JpegDecoder, zune_core::bytestream::ZCursor};

use crate::shipped;

/// The middle of a photograph at `side` by `side`: `[1, 3, side, side]` from 0 to 1.
pub fn tensor(name: &str, side: usize, device: &Device) -> Tensor<4> {
    let bytes = fs::read(shipped::path(format!("static/samples/photographs/{name}.jpg"))).unwrap();
    let mut decoder = JpegDecoder::new(ZCursor::new(bytes));
    let pixels = decoder.decode().unwrap();
    let (width, height) = decoder.dimensions().unwrap();
    let small = photograph::tensor(&pixels, width, 3, Square::centre(width, height, CENTRE), side);
    Tensor::from_data(TensorData::new(small, [1, 3, side, side]), device)
}
