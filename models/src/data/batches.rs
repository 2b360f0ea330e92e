//! Mini-batches: every pass visits every example once, each time in a new random order that the seed decides.

use rand::{RngExt, SeedableRng, seq::SliceRandom};
use rand_pcg::Pcg32;
use serde::{Deserialize, Serialize};

/// An endless sequence of batches of example numbers. Saved and restored, it goes on with the same batches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Batches {
    order: Vec<u32>,
    next: usize,
    batch: usize,
    passes: usize,
    rng: Pcg32,
}

impl Batches {
    /// Batches of `batch` out of `count` examples.
    pub fn new(count: usize, batch: usize, seed: u64) -> Self {
        // The stream of its own keeps the order apart from the initial weights, which are drawn from the same seed.
        let mut rng = Pcg32::seed_from_u64(seed ^ 0x0BA7_C4E5);
        let mut order: Vec<u32> = (0..count as u32).collect();
        order.shuffle(&mut rng);
        Self { order, next: 0, batch: batch.max(1), passes: 0, rng }
    }

    /// The next batch. The last one of a pass holds what is left; without any example it is empty.
    #[expect(clippy::should_implement_trait, reason = "endless, so an Option would only be in the way")]
    pub fn next(&mut self) -> Vec<usize> {
        if self.next >= self.order.len() && !self.order.is_empty() {
            self.order.shuffle(&mut self.rng);
            self.next = 0;
            self.passes += 1;
        }
        let end = self.next.saturating_add(self.batch.max(1)).min(self.order.len());
        let batch = self.order[self.next.min(end)..end].iter().map(|&index| index as usize).collect();
        self.next = end;
        batch
    }

    /// Takes in examples that arrived meanwhile: they are mixed into the rest of the pass. Fewer examples than before
    /// drop out of it. Afterwards every number lies below `count`, even in a sequence from a damaged checkpoint.
    pub fn resize(&mut self, count: usize) {
        let known = |index: &u32| (*index as usize) < count;
        self.next = self.order[..self.next.min(self.order.len())].iter().filter(|index| known(index)).count();
        self.order.retain(known);
        self.order.truncate(count);
        for index in self.order.len()..count {
            let place = self.rng.random_range(self.next.min(index)..=index);
            self.order.push(index as u32);
            self.order.swap(place, index);
        }
    }

    /// Changes the size of the batches to come.
    pub fn set_batch(&mut self, batch: usize) {
        self.batch = batch.max(1);
    }

    /// Complete passes before the current one.
    pub fn passes(&self) -> usize {
        self.passes
    }

    /// The number of examples.
    pub fn count(&self) -> usize {
        self.order.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_visits_every_example_once() {
        let mut batches = Batches::new(10, 3, 7);
        for pass in 0..3 {
            let sizes_and_indices: Vec<Vec<usize>> = (0..4).map(|_| batches.next()).collect();
            assert_eq!(sizes_and_indices.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 3, 1]);
            let mut all: Vec<usize> = sizes_and_indices.concat();
            all.sort_unstable();
            assert_eq!(all, (0..10).collect::<Vec<_>>());
            assert_eq!(batches.passes(), pass);
        }
    }

    #[test]
    fn more_examples_join_the_same_pass() {
        let mut batches = Batches::new(4, 2, 7);
        let mut seen = batches.next();
        batches.resize(9);
        while seen.len() < 9 {
            seen.extend(batches.next());
        }
        seen.sort_unstable();
        assert_eq!(seen, (0..9).collect::<Vec<_>>());
        assert_eq!(batches.passes(), 0);
    }

    #[test]
    fn fewer_examples_and_none_at_all() {
        let mut batches = Batches::new(9, 4, 7);
        batches.next();
        batches.resize(3);
        assert!((0..20).all(|_| batches.next().iter().all(|&index| index < 3)));
        let mut empty = Batches::new(0, 4, 7);
        assert!(empty.next().is_empty() && empty.next().is_empty());
        empty.resize(2);
        assert_eq!(empty.next().len(), 2);
    }

    #[test]
    fn a_saved_sequence_goes_on_alike() {
        let mut batches = Batches::new(50, 8, 1);
        batches.next();
        let bytes = postcard::to_allocvec(&batches).unwrap();
        let mut restored: Batches = postcard::from_bytes(&bytes).unwrap();
        for _ in 0..30 {
            assert_eq!(batches.next(), restored.next());
        }
    }
}
