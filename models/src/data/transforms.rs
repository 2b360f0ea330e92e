//! Pictures moved, turned, resized and inverted: the same thing to a reader, another one to a network.
//!
//! ```text
//! new[i, j] = old at (the place that lands on row i, column j), by straight lines between the four pixels around it
//! ```
//!
//! Pixels run from 0 (paper) to 255 (ink), row by row. What comes from beyond the edge is paper.

use super::images::Images;

/// A change of a grey picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Transform {
    /// So many pixels to the right and down; negative ones go left and up.
    Shift {
        /// Pixels to the right.
        right: f32,
        /// Pixels down.
        down: f32,
    },
    /// Turned about the middle, counter-clockwise.
    Rotate {
        /// Degrees.
        degrees: f32,
    },
    /// Larger or smaller about the middle.
    Scale {
        /// 2 doubles both sides, 0.5 halves them.
        factor: f32,
    },
    /// Ink becomes paper and paper ink.
    Invert,
}

impl Transform {
    /// The changed picture, of the same size. A size or a number that makes no sense gives paper, never a panic.
    pub fn apply(self, pixels: &[u8], rows: usize, columns: usize) -> Vec<u8> {
        let middle = [(rows as f32 - 1.0) / 2.0, (columns as f32 - 1.0) / 2.0];
        let about = |row: f32, column: f32| [row - middle[0], column - middle[1]];
        let old = Old { pixels, rows, columns };
        match self {
            Transform::Shift { right, down } => old.sampled(1, |row, column| [row - down, column - right]),
            Transform::Rotate { degrees } => {
                let (sine, cosine) = exact_on_quarters(degrees);
                old.sampled(1, |row, column| {
                    let [down, right] = about(row, column);
                    // The turn backwards; rows count downwards.
                    [middle[0] + cosine * down + sine * right, middle[1] + cosine * right - sine * down]
                })
            }
            Transform::Scale { factor } => {
                // A pixel of a smaller picture covers several old ones: as many samples a side.
                let samples = (1.0 / factor).ceil().clamp(1.0, 8.0) as usize;
                old.sampled(samples, |row, column| {
                    let [down, right] = about(row, column);
                    [middle[0] + down / factor, middle[1] + right / factor]
                })
            }
            Transform::Invert => pixels.iter().map(|pixel| 255 - pixel).collect(),
        }
    }

    /// All pictures changed alike; classes stay.
    pub fn apply_all(self, images: &Images) -> Images {
        let (rows, columns) = (images.rows, images.columns);
        let pixels = (0..images.len()).flat_map(|index| self.apply(images.image(index), rows, columns)).collect();
        Images { pixels, labels: images.labels.clone(), ..*images }
    }
}

/// Sine and cosine, without rounding at multiples of 90 degrees.
fn exact_on_quarters(degrees: f32) -> (f32, f32) {
    match degrees.rem_euclid(360.0) {
        0.0 => (0.0, 1.0),
        90.0 => (1.0, 0.0),
        180.0 => (0.0, -1.0),
        270.0 => (-1.0, 0.0),
        other => other.to_radians().sin_cos(),
    }
}

/// The picture before the change.
pub(super) struct Old<'a> {
    /// Row by row.
    pub pixels: &'a [u8],
    /// Height in pixels.
    pub rows: usize,
    /// Width in pixels.
    pub columns: usize,
}

impl Old<'_> {
    /// A new picture of the same size; `place` gives the old row and column that land on a new row and column. Each new
    /// pixel is the mean of `samples` × `samples` places within it.
    fn sampled(&self, samples: usize, place: impl Fn(f32, f32) -> [f32; 2]) -> Vec<u8> {
        self.resampled(self.rows, self.columns, samples, place)
    }

    /// The same for a new picture of another size.
    pub fn resampled(
        &self,
        rows: usize,
        columns: usize,
        samples: usize,
        place: impl Fn(f32, f32) -> [f32; 2],
    ) -> Vec<u8> {
        let offset = |sample: usize| (sample as f32 + 0.5) / samples as f32 - 0.5;
        let mut new = Vec::with_capacity(rows * columns);
        for row in 0..rows {
            for column in 0..columns {
                let mut sum = 0.0;
                for sample in 0..samples * samples {
                    let (down, right) = (offset(sample / samples), offset(sample % samples));
                    let [row, column] = place(row as f32 + down, column as f32 + right);
                    sum += self.between(row, column);
                }
                new.push((sum / (samples * samples) as f32).round() as u8);
            }
        }
        new
    }

    /// The old picture at a place between its pixels, by straight lines.
    fn between(&self, row: f32, column: f32) -> f32 {
        let (above, left) = (row.floor(), column.floor());
        let (down, right) = (row - above, column - left);
        let top = self.pixel(above, left) * (1.0 - right) + self.pixel(above, left + 1.0) * right;
        let bottom = self.pixel(above + 1.0, left) * (1.0 - right) + self.pixel(above + 1.0, left + 1.0) * right;
        top * (1.0 - down) + bottom * down
    }

    /// A pixel of the old picture; paper beyond its edge and where a place is no number.
    fn pixel(&self, row: f32, column: f32) -> f32 {
        let inside = row >= 0.0 && column >= 0.0 && row < self.rows as f32 && column < self.columns as f32;
        let pixel = inside.then(|| self.pixels.get(row as usize * self.columns + column as usize)).flatten();
        pixel.copied().map_or(0.0, f32::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 6;

    fn picture() -> Vec<u8> {
        (0..SIDE * SIDE).map(|index| (index * 37 % 251) as u8).collect()
    }

    fn changed(transform: Transform) -> Vec<u8> {
        transform.apply(&picture(), SIDE, SIDE)
    }

    #[test]
    fn doing_nothing_changes_nothing() {
        for transform in [
            Transform::Shift { right: 0.0, down: 0.0 },
            Transform::Rotate { degrees: 360.0 },
            Transform::Scale { factor: 1.0 },
        ] {
            assert_eq!(changed(transform), picture(), "{transform:?}");
        }
        assert_eq!(Transform::Invert.apply(&changed(Transform::Invert), SIDE, SIDE), picture());
    }

    #[test]
    fn a_shift_moves_right_and_down() {
        let moved = changed(Transform::Shift { right: 2.0, down: 1.0 });
        for row in 0..SIDE {
            for column in 0..SIDE {
                let expected = if row >= 1 && column >= 2 { picture()[(row - 1) * SIDE + column - 2] } else { 0 };
                assert_eq!(moved[row * SIDE + column], expected);
            }
        }
        let half = Transform::Shift { right: 0.5, down: 0.0 }.apply(&[0, 100, 200, 0], 1, 4);
        assert_eq!(half, [0, 50, 150, 100]);
    }

    #[test]
    fn a_quarter_turn_is_counter_clockwise_and_exact() {
        assert_eq!(Transform::Rotate { degrees: 90.0 }.apply(&[1, 2, 3, 4], 2, 2), [2, 4, 1, 3]);
        let turn = |pixels: Vec<u8>, degrees| Transform::Rotate { degrees }.apply(&pixels, SIDE, SIDE);
        assert_eq!(turn(turn(picture(), 90.0), 270.0), picture());
        assert_eq!(turn(turn(picture(), -90.0), -180.0), turn(picture(), 90.0));
    }

    #[test]
    fn scaling_spreads_and_gathers() {
        let dot = [0, 0, 0, 0, 0, 90, 90, 0, 0, 90, 90, 0, 0, 0, 0, 0];
        let large = Transform::Scale { factor: 2.0 }.apply(&dot, 4, 4);
        assert!(large[5] == 90 && large[0] > 20 && large[0] < 90);
        // Half the size: the block of four becomes a quarter of the pixels around the middle, its ink a quarter too.
        let small = Transform::Scale { factor: 0.5 }.apply(&dot, 4, 4);
        let ink = |pixels: &[u8]| pixels.iter().map(|pixel| u32::from(*pixel)).sum::<u32>();
        assert!(ink(&small).abs_diff(ink(&dot) / 4) <= 4, "{small:?}");
    }

    #[test]
    fn odd_numbers_give_a_picture_all_the_same() {
        for value in [f32::NAN, f32::INFINITY, -1.0, 0.0, 1e30] {
            for transform in [
                Transform::Shift { right: value, down: value },
                Transform::Rotate { degrees: value },
                Transform::Scale { factor: value },
            ] {
                assert_eq!(changed(transform).len(), SIDE * SIDE);
            }
        }
        assert_eq!(Transform::Rotate { degrees: 10.0 }.apply(&[], 2, 2), [0; 4]);
    }

    #[test]
    fn all_pictures_change_and_keep_their_classes() {
        let images = Images { rows: 1, columns: 2, labels: vec![3, 4], pixels: vec![1, 2, 3, 4] };
        let moved = Transform::Shift { right: 1.0, down: 0.0 }.apply_all(&images);
        assert_eq!(moved, Images { pixels: vec![0, 1, 0, 3], ..images });
    }
}
