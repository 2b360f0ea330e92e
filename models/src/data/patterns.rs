//! Patterns of ±1 for a memory to hold: without any likeness, or damaged.

use rand::{RngExt, SeedableRng, seq::SliceRandom};
use rand_pcg::Pcg32;

/// One value, 1 or -1, for each unit.
pub type Pattern = Vec<i8>;

/// Patterns without any likeness: each value is a coin's throw.
pub fn random_patterns(units: usize, count: usize, seed: u64) -> Vec<Pattern> {
    let mut random = Pcg32::seed_from_u64(seed);
    let mut coin = || if random.random::<bool>() { 1 } else { -1 };
    (0..count).map(|_| (0..units).map(|_| coin()).collect()).collect()
}

/// The pattern with this share of its units turned, drawn from a seed.
pub fn damaged(pattern: &[i8], share: f32, seed: u64) -> Pattern {
    let count = (pattern.len() as f32 * share).round() as usize;
    let mut damaged = pattern.to_vec();
    for unit in order(pattern.len(), seed ^ 0xDA3A, 0).into_iter().take(count) {
        damaged[unit as usize] = -damaged[unit as usize];
    }
    damaged
}

/// All units in the order of one sweep, drawn from a seed.
pub fn order(units: usize, seed: u64, sweep: u64) -> Vec<u32> {
    let mut order: Vec<u32> = (0..units as u32).collect();
    order.shuffle(&mut Pcg32::new(seed ^ 0x0A51, sweep));
    order
}
