//! Photographs of any size made into what a network sees: the middle of the picture, brought down to its size.
//!
//! ```text
//! small[i, j] = Σ over pixels y, x of  down[i, y] · across[j, x] · pixel[y, x]
//! ```
//!
//! `down` and `across` are triangles as wide as the step from one small pixel to the next, so that every pixel of a large
//! picture counts; where the picture is enlarged they are as wide as its pixels, which is bilinear interpolation. What
//! lies beyond the edge counts for the pixel at the edge. Plain numbers, so a page can use it too.

use std::ops::Range;

/// The part of the shorter side that networks trained on ImageNet are shown, as in their own evaluation.
pub const CENTRE: f32 = 0.875;

/// A square of a picture, in pixels; its edges need not lie between pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Square {
    /// From the picture's left edge to its own.
    pub left: f32,
    /// From the picture's upper edge to its own.
    pub top: f32,
    /// Its side.
    pub side: f32,
}

impl Square {
    /// The square in the middle of a picture of `width` by `height` pixels that has `share` of the shorter side.
    pub fn centre(width: usize, height: usize, share: f32) -> Self {
        let side = width.min(height) as f32 * share;
        Self { left: (width as f32 - side) / 2.0, top: (height as f32 - side) / 2.0, side }
    }
}

/// A square of a picture at `size` by `size`, channel after channel, from 0 to 1: `[3, size, size]`.
///
/// `pixels` are rows of `width` pixels with `channels` bytes each, of which the first three are red, green and blue (four
/// bytes as a canvas gives them, or three). Rows that are not whole are left out; without a whole row the answer is
/// black.
///
/// # Panics
///
/// If there are fewer than three channels.
pub fn tensor(pixels: &[u8], width: usize, channels: usize, square: Square, size: usize) -> Vec<f32> {
    assert!(channels >= 3, "a photograph has three colours");
    let mut small = vec![0.0; 3 * size * size];
    let rows: Vec<&[u8]> = pixels.chunks_exact((width * channels).max(1)).collect();
    if rows.is_empty() || width == 0 {
        return small;
    }
    let (down, across) =
        (Taps::new(square.top, square.side, size, rows.len()), Taps::new(square.left, square.side, size, width));
    // Each row that is needed is brought down once, and given to every small row that it shows in.
    let mut narrow = vec![0.0; 3 * size];
    for (y, row) in rows.iter().enumerate() {
        let targets = down.seeing(y);
        if targets.is_empty() {
            continue;
        }
        across.shrink(row, channels, &mut narrow);
        for target in targets {
            let share = down.share(target, y);
            for (channel, narrow) in narrow.chunks_exact(size).enumerate() {
                let small = &mut small[(channel * size + target) * size..][..size];
                small.iter_mut().zip(narrow).for_each(|(small, narrow)| *small += share * narrow);
            }
        }
    }
    small
}

/// How much of each pixel along one axis every small pixel shows.
struct Taps {
    /// For every small pixel the first pixel that it shows, and the shares of that and the following ones.
    places: Vec<(usize, Vec<f32>)>,
}

impl Taps {
    fn new(start: f32, side: f32, size: usize, length: usize) -> Self {
        let step = f64::from(side) / size as f64;
        let reach = step.max(1.0);
        let places = (0..size).map(|place| {
            let centre = f64::from(start) + (place as f64 + 0.5) * step - 0.5;
            let (first, last) = ((centre - reach).ceil() as isize, (centre + reach).floor() as isize);
            let inside = |pixel: isize| pixel.clamp(0, length as isize - 1) as usize;
            let mut shares = vec![0.0; inside(last) - inside(first) + 1];
            for pixel in first..=last {
                shares[inside(pixel) - inside(first)] += 1.0 - (pixel as f64 - centre).abs() / reach;
            }
            let sum: f64 = shares.iter().sum();
            (inside(first), shares.iter().map(|share| (share / sum) as f32).collect())
        });
        Self { places: places.collect() }
    }

    /// The small pixels that show pixel `at`: neighbours, since places lie in order.
    fn seeing(&self, at: usize) -> Range<usize> {
        let first = self.places.partition_point(|(first, shares)| first + shares.len() <= at);
        let end = self.places.partition_point(|(first, _)| *first <= at);
        first..end.max(first)
    }

    /// How much of pixel `at` the small pixel `place`, which is one of those seeing it, shows.
    fn share(&self, place: usize, at: usize) -> f32 {
        let (first, shares) = &self.places[place];
        shares[at - first]
    }

    /// One row: `[width, channels]` bytes to `[3, size]` from 0 to 1.
    fn shrink(&self, row: &[u8], channels: usize, narrow: &mut [f32]) {
        let size = self.places.len();
        for (place, (first, shares)) in self.places.iter().enumerate() {
            let mut sums = [0.0_f32; 3];
            for (pixel, share) in row[first * channels..].chunks_exact(channels).zip(shares) {
                sums.iter_mut().zip(pixel).for_each(|(sum, byte)| *sum += share * f32::from(*byte));
            }
            for (channel, sum) in sums.iter().enumerate() {
                narrow[channel * size + place] = sum / 255.0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture whose red rises to the right and green downwards, by whole steps.
    fn ramp(width: usize, height: usize) -> Vec<u8> {
        (0..height).flat_map(|y| (0..width).flat_map(move |x| [x as u8, y as u8, 51])).collect()
    }

    #[test]
    fn at_its_own_size_a_picture_stays() {
        let small = tensor(&ramp(10, 8), 10, 3, Square::centre(10, 8, 1.0), 8);
        for (place, value) in small.iter().enumerate() {
            let (channel, y, x) = (place / 64, place / 8 % 8, place % 8);
            let expected = [x + 1, y, 51][channel] as f32 / 255.0;
            assert!((value - expected).abs() < 1e-6, "{value} instead of {expected}");
        }
    }

    #[test]
    fn half_the_size_keeps_the_slope() {
        // Away from the edges the mean of a ramp around a small pixel's centre is its value there.
        let small = tensor(&ramp(100, 80), 100, 3, Square::centre(100, 80, 0.5), 20);
        for (y, row) in small[400..800].chunks_exact(20).enumerate() {
            let expected = (20.0 + 2.0 * y as f32 + 0.5) / 255.0;
            assert!(row.iter().all(|value| (value - expected).abs() < 1e-6));
        }
        assert!(small[800..].iter().all(|blue| (blue - 0.2).abs() < 1e-6));
    }

    #[test]
    fn alpha_is_left_out() {
        let four: Vec<u8> = ramp(9, 9).chunks_exact(3).flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 7]).collect();
        let square = Square::centre(9, 9, CENTRE);
        assert_eq!(tensor(&four, 9, 4, square, 5), tensor(&ramp(9, 9), 9, 3, square, 5));
    }

    #[test]
    fn tiny_and_empty_pictures_are_answered() {
        let one = tensor(&[255, 0, 51], 1, 3, Square::centre(1, 1, CENTRE), 4);
        assert!(one[..16].iter().all(|red| (red - 1.0).abs() < 1e-6) && one[16..32].iter().all(|green| *green == 0.0));
        for (pixels, width) in [(&[][..], 0), (&[][..], 5), (&[1, 2, 3], 0), (&[1, 2, 3], 2)] {
            assert_eq!(tensor(pixels, width, 3, Square::centre(width, 1, CENTRE), 4), [0.0; 48]);
        }
        // A square outside the picture shows its edge.
        let away = Square { left: 50.0, top: -70.0, side: 10.0 };
        assert!(tensor(&ramp(4, 4), 4, 3, away, 4)[..16].iter().all(|red| (red - 3.0 / 255.0).abs() < 1e-6));
    }
}
