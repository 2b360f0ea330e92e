//! Texture without shape: a picture is cut into patches, and the patches change places. Who goes by outlines no longer
//! knows what it was; who goes by small textures sees all of them still.
//!
//! **Paper.** R. Geirhos, P. Rubisch, C. Michaelis, M. Bethge, F. A. Wichmann, W. Brendel: ImageNet-trained CNNs are
//! biased towards texture; increasing shape bias improves accuracy and robustness (2019).
//!
//! **Differs from the paper.** It gives one thing's outline the texture of another; here one picture loses its outlines.
//!
//! **When it misleads.** The cuts are edges too, and no network ever saw such edges.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg32;

/// Which patch comes to each place, row by row: one random ring through all of them, so that no patch stays where it was
/// (Sattolo 1986). A single patch stays.
pub fn ring(patches: usize, seed: u64) -> Vec<usize> {
    let mut rng = Pcg32::seed_from_u64(seed);
    let mut order: Vec<usize> = (0..patches).collect();
    for last in (1..patches).rev() {
        order.swap(last, rng.random_range(0..last));
    }
    order
}

/// A picture, channel by channel and row by row, with `across` × `across` patches in new places:
/// `[channels, rows, columns] -> [channels, rows, columns]`. Rows and columns that do not fill a patch stay at the lower
/// and the right edge. Whatever the numbers are, it never panics: what cannot be cut stays as it is.
pub fn shuffled(pixels: &[f32], [rows, columns]: [usize; 2], across: usize, seed: u64) -> Vec<f32> {
    let mut new = pixels.to_vec();
    let across = across.min(rows).min(columns);
    if across < 2 || rows.checked_mul(columns).is_none_or(|plane| plane > pixels.len()) {
        return new;
    }
    let (tall, wide) = (rows / across, columns / across);
    let order = ring(across * across, seed);
    let planes = new.chunks_exact_mut(rows * columns).zip(pixels.chunks_exact(rows * columns));
    for (new, old) in planes {
        for (place, &patch) in order.iter().enumerate() {
            for row in 0..tall {
                let start = |patch: usize| (patch / across * tall + row) * columns + patch % across * wide;
                new[start(place)..][..wide].copy_from_slice(&old[start(patch)..][..wide]);
            }
        }
    }
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(count: usize) -> Vec<f32> {
        (0..count).map(|index| index as f32).collect()
    }

    #[test]
    fn every_patch_moves_as_a_whole() {
        let (old, new) = (picture(3 * 12 * 12), shuffled(&picture(3 * 12 * 12), [12, 12], 3, 7));
        let order = ring(9, 7);
        for channel in 0..3 {
            for place in 0..144 {
                let (row, column) = (place / 12, place % 12);
                let patch = order[row / 4 * 3 + column / 4];
                let from = (patch / 3 * 4 + row % 4) * 12 + patch % 3 * 4 + column % 4;
                assert_eq!(new[channel * 144 + place], old[channel * 144 + from]);
            }
        }
    }

    #[test]
    fn nothing_is_lost_and_nothing_stays() {
        for (across, seed) in [(2, 0), (3, 1), (4, 2), (6, 3), (8, 4)] {
            let (old, mut new) = (picture(3 * 96 * 96), shuffled(&picture(3 * 96 * 96), [96, 96], across, seed));
            assert!(old.iter().zip(&new).all(|(old, new)| old != new), "{across}");
            new.sort_by(f32::total_cmp);
            assert_eq!(new, old);
        }
        assert_eq!(ring(64, 5), ring(64, 5));
        assert_ne!(ring(64, 5), ring(64, 6));
    }

    #[test]
    fn what_does_not_fill_a_patch_stays() {
        let (old, new) = (picture(100), shuffled(&picture(100), [10, 10], 4, 1));
        let edge = |place: usize| place / 10 >= 8 || place % 10 >= 8;
        assert!((0..100).all(|place| edge(place) == (old[place] == new[place])));
    }

    #[test]
    fn senseless_sizes_change_nothing() {
        for (rows, columns, across) in [(0, 0, 4), (10, 10, 0), (10, 10, 1), (1, 100, 4), (usize::MAX, 2, 2)] {
            assert_eq!(shuffled(&picture(100), [rows, columns], across, 1), picture(100));
        }
        assert!(shuffled(&[], [10, 10], 4, 1).is_empty() && ring(0, 1).is_empty());
    }
}
