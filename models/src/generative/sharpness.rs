//! How sharp a picture is: a blurred edge changes slowly, so the differences between a pixel and its neighbours are small.
//!
//! ```text
//! L[i, j] = x[i-1, j] + x[i+1, j] + x[i, j-1] + x[i, j+1] - 4 x[i, j]        sharpness = variance of L over the picture
//! ```
//!
//! Shapes: `x [rows, columns]` from 0 to 1; pixels on the border have no `L`.
//!
//! **Paper.** J. L. Pech-Pacheco, G. Cristóbal, J. Chamorro-Martínez, J. Fernández-Valdivia: Diatom autofocusing in
//! brightfield microscopy: a comparative study. ICPR (2000).

/// The sharpness of one picture: `[rows · columns]`, row by row. Zero for a picture without an inside.
pub fn sharpness(pixels: &[f32], columns: usize) -> f64 {
    let rows = pixels.len() / columns.max(1);
    let at = |row: usize, column: usize| f64::from(pixels[row * columns + column]);
    let (mut sum, mut squares) = (0.0, 0.0);
    for row in 1..rows.saturating_sub(1) {
        for column in 1..columns.saturating_sub(1) {
            let beside = at(row - 1, column) + at(row + 1, column) + at(row, column - 1) + at(row, column + 1);
            let laplacian = beside - 4.0 * at(row, column);
            sum += laplacian;
            squares += laplacian * laplacian;
        }
    }
    let count = (rows.saturating_sub(2) * columns.saturating_sub(2)).max(1) as f64;
    squares / count - (sum / count).powi(2)
}

/// The mean sharpness of many pictures of `rows · columns` pixels, one after another; NaN without any.
pub fn mean_sharpness(pictures: &[f32], rows: usize, columns: usize) -> f64 {
    let each = pictures.chunks_exact((rows * columns).max(1)).map(|picture| sharpness(picture, columns));
    each.clone().sum::<f64>() / each.count() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flat_and_sloping_pictures_have_no_edge() {
        assert_eq!(sharpness(&[0.5; 25], 5), 0.0);
        let slope: Vec<f32> = (0..25).map(|index| (index % 5) as f32 / 4.0).collect();
        assert_eq!(sharpness(&slope, 5), 0.0);
        assert_eq!((sharpness(&[1.0; 4], 2), sharpness(&[], 5), sharpness(&[], 0)), (0.0, 0.0, 0.0));
    }

    #[test]
    fn a_dot_is_known_and_blur_lowers_it() {
        let mut dot = [0.0; 25];
        dot[12] = 1.0;
        // Nine inner pixels: -4 once, 1 four times, 0 four times, so the mean is 0 and the variance 20/9.
        assert!((sharpness(&dot, 5) - 20.0 / 9.0).abs() < 1e-12);
        let edge = |width: f32| -> Vec<f32> {
            (0..100).map(|index| 1.0 / (1.0 + (-(((index % 10) as f32) - 4.5) / width).exp())).collect()
        };
        let widths = [0.1, 0.5, 1.0, 2.0].map(|width| sharpness(&edge(width), 10));
        assert!(widths.windows(2).all(|pair| pair[1] < pair[0]), "{widths:?}");
        let both = [edge(0.1), edge(2.0)].concat();
        assert!((mean_sharpness(&both, 10, 10) - (widths[0] + widths[3]) / 2.0).abs() < 1e-12);
        assert!(mean_sharpness(&[], 10, 10).is_nan());
    }
}
