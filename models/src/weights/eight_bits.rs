//! Weights at eight bits: whole numbers from -127 to 127, and for each row one scale that makes them weights again.
//!
//! `w[r, …] = scale[r] · q[r, …]`. A tensor `NAME` of 8-bit integers has a companion `NAME.scale` of f32 or f16, one number
//! for each row, that is for each step of its first axis: an output of a convolution `[outputs, inputs, rows, columns]`, an
//! input of a layer of units `[inputs, outputs]`. A weight is off by half a scale at most, 0.4 % of the largest one of its
//! row. A file takes a quarter of the bytes of f32; what is small already (biases, norms) stays in f16.

use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use super::floats;
use crate::error::Error;

/// What is appended to a tensor's name.
const SCALE: &str = ".scale";

/// Whether a tensor is nothing but the scales of another one, of 8-bit integers.
pub(super) fn is_scale(file: &SafeTensors, name: &str) -> bool {
    let scaled = name.strip_suffix(SCALE).and_then(|scaled| file.tensor(scaled).ok());
    scaled.is_some_and(|tensor| tensor.dtype() == Dtype::I8)
}

/// The weights of a tensor of 8-bit integers.
pub(super) fn values(file: &SafeTensors, name: &str, view: &TensorView) -> Result<Vec<f32>, Error> {
    let refuse = |what: &str| Err(Error::WeightFile(format!("{name} holds 8-bit integers, but {what}")));
    let Ok(scales) = file.tensor(&format!("{name}{SCALE}")) else {
        return refuse("no scale for each of its rows");
    };
    let scales = floats(&format!("{name}{SCALE}"), &scales)?;
    let (rows, count) = (view.shape().first().copied().unwrap_or(1), view.data().len());
    if scales.len() != rows || rows == 0 || count % rows != 0 {
        return refuse("another number of scales than rows");
    }
    if scales.iter().any(|scale| !scale.is_finite()) {
        return refuse("a scale that is no number");
    }
    let each = view.data().chunks((count / rows).max(1)).zip(&scales);
    Ok(each.flat_map(|(row, scale)| row.iter().map(move |byte| f32::from(byte.cast_signed()) * scale)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::from_safetensors;

    /// One tensor of a file: name, kind, shape, bytes.
    type Part<'a> = (&'a str, Dtype, Vec<usize>, Vec<u8>);

    fn file(parts: &[Part<'_>]) -> Vec<u8> {
        let views = parts
            .iter()
            .map(|(name, dtype, shape, bytes)| (*name, TensorView::new(*dtype, shape.clone(), bytes).unwrap()));
        safetensors::serialize(views, None).unwrap()
    }

    fn whole(numbers: &[i8]) -> Vec<u8> {
        numbers.iter().map(|number| number.cast_unsigned()).collect()
    }

    fn single(numbers: &[f32]) -> Vec<u8> {
        numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
    }

    fn two_rows() -> [Part<'static>; 2] {
        [
            ("a.weight", Dtype::I8, vec![2, 1, 3], whole(&[-127, 0, 127, 1, 2, -3])),
            ("a.weight.scale", Dtype::F32, vec![2], single(&[0.5, 0.25])),
        ]
    }

    #[test]
    fn each_row_has_its_scale() {
        let parameters = from_safetensors(&file(&two_rows())).unwrap();
        let [weight] = parameters.0.as_slice() else { panic!("the scales are no parameter: {parameters:?}") };
        assert_eq!((weight.name.as_str(), weight.shape.as_slice()), ("a.weight", &[2, 1, 3][..]));
        assert_eq!(weight.values, [-63.5, 0.0, 63.5, 0.25, 0.5, -0.75]);
        // Half precision will do.
        let [weight, _] = two_rows();
        let half = [0.5_f32, 0.25].iter().flat_map(|scale| half::f16::from_f32(*scale).to_le_bytes()).collect();
        let scale = ("a.weight.scale", Dtype::F16, vec![2], half);
        assert_eq!(from_safetensors(&file(&[weight, scale])).unwrap(), parameters);
    }

    #[test]
    fn a_scale_of_nothing_is_a_parameter_like_others() {
        let parameters = from_safetensors(&file(&[("norm.scale", Dtype::F32, vec![1], single(&[2.0]))])).unwrap();
        assert_eq!(parameters.get("norm.scale").unwrap().values, [2.0]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let [weight, _] = two_rows();
        let with = |scale: Part<'static>| from_safetensors(&file(&[weight.clone(), scale]));
        assert!(from_safetensors(&file(std::slice::from_ref(&weight))).is_err());
        assert!(with(("a.weight.scale", Dtype::F32, vec![3], single(&[1.0; 3]))).is_err());
        assert!(with(("a.weight.scale", Dtype::F32, vec![0], vec![])).is_err());
        assert!(with(("a.weight.scale", Dtype::F32, vec![2], single(&[1.0, f32::NAN]))).is_err());
        assert!(with(("a.weight.scale", Dtype::I8, vec![2], whole(&[1, 1]))).is_err());
        assert!(with(("a.scale", Dtype::F32, vec![2], single(&[1.0; 2]))).is_err());
        // A single number has one row; nothing at all has none.
        let one = ("b", Dtype::I8, vec![], whole(&[4]));
        let read = from_safetensors(&file(&[one, ("b.scale", Dtype::F32, vec![1], single(&[0.5]))])).unwrap();
        assert_eq!(read.get("b").unwrap().values, [2.0]);
        let empty = ("c", Dtype::I8, vec![0, 4], vec![]);
        assert!(from_safetensors(&file(&[empty, ("c.scale", Dtype::F32, vec![0], vec![])])).is_err());
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(500))]

        #[test]
        fn a_damaged_file_is_read_or_refused(
            changes in proptest::collection::vec((0_usize..4096, proptest::prelude::any::<u8>()), 1..5),
            cut in 0_usize..4096,
        ) {
            let mut bytes = file(&two_rows());
            let count = bytes.len();
            for (place, byte) in changes {
                bytes[place % count] = byte;
            }
            bytes.truncate(cut.max(1));
            if let Ok(read) = from_safetensors(&bytes) {
                proptest::prop_assert!(read.0.iter().all(|tensor| tensor.is_complete()));
            }
        }
    }
}
