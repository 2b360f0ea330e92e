//! Toy tasks on short sequences: copy, reverse, sort. Each shows what attention must look at, so it can be counted how much
//! of it falls on the right place.
//!
//! A tenth of all possible sequences, chosen by a hash, never occurs in training.

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

/// What is to be done with a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Task {
    /// The smallest symbol first.
    Sort,
    /// The last symbol first.
    Reverse,
    /// As it is.
    Copy,
}

impl Task {
    /// All of them.
    pub const ALL: [Task; 3] = [Task::Sort, Task::Reverse, Task::Copy];

    /// Its name on the page.
    pub fn name(self) -> &'static str {
        match self {
            Task::Sort => "Sort",
            Task::Reverse => "Reverse",
            Task::Copy => "Copy",
        }
    }

    /// Its name in an address.
    pub fn id(self) -> &'static str {
        match self {
            Task::Sort => "sort",
            Task::Reverse => "reverse",
            Task::Copy => "copy",
        }
    }

    /// The task of that id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|task| task.id() == id)
    }

    /// The right answer: as many symbols as there were.
    pub fn answer(self, source: &[usize]) -> Vec<usize> {
        let mut answer = source.to_vec();
        match self {
            Task::Sort => answer.sort_unstable(),
            Task::Reverse => answer.reverse(),
            Task::Copy => {}
        }
        answer
    }

    /// Where the source holds what belongs to each place of the answer: row by row, `[places, places]`, 1 where it is right to
    /// look. When sorting, equal symbols are equally right.
    pub fn right_places(self, source: &[usize]) -> Vec<f32> {
        let count = source.len();
        let answer = self.answer(source);
        let is_right = |place: usize, at: usize| match self {
            Task::Sort => source[at] == answer[place],
            Task::Reverse => at == count - 1 - place,
            Task::Copy => at == place,
        };
        let cells = (0..count).flat_map(|place| (0..count).map(move |at| (place, at)));
        cells.map(|(place, at)| if is_right(place, at) { 1.0 } else { 0.0 }).collect()
    }
}

/// Sequences of one length over an alphabet; symbols are numbers from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sequences {
    /// What is to be done with them.
    pub task: Task,
    /// Symbols of a sequence.
    pub length: usize,
    /// Symbols of the alphabet.
    pub symbols: usize,
}

impl Sequences {
    /// The token that the decoder starts from, after the symbols.
    pub fn start(&self) -> usize {
        self.symbols
    }

    /// Tokens that a network must know: the symbols and the start.
    pub fn vocabulary(&self) -> usize {
        self.symbols + 1
    }

    /// One sequence of this length for training (`held_out` false) or for measuring.
    pub fn draw<R: Rng>(&self, held_out: bool, rng: &mut R) -> Vec<usize> {
        // With few possible sequences one side may be empty, so the search has an end.
        let mut sequence = Vec::new();
        for _ in 0..500 {
            sequence = (0..self.length).map(|_| rng.random_range(0..self.symbols.max(1))).collect();
            if is_held_out(&sequence) == held_out {
                break;
            }
        }
        sequence
    }

    /// Several of them.
    pub fn draws<R: Rng>(&self, count: usize, held_out: bool, rng: &mut R) -> Vec<Vec<usize>> {
        (0..count).map(|_| self.draw(held_out, rng)).collect()
    }

    /// What the decoder is given for an answer: the start and all symbols but the last.
    pub fn given(&self, answer: &[usize]) -> Vec<usize> {
        let before = answer.iter().copied().take(answer.len().saturating_sub(1));
        std::iter::once(self.start()).chain(before).collect()
    }
}

/// Whether a sequence belongs to the tenth that is never trained on (FNV-1a over its symbols).
pub fn is_held_out(sequence: &[usize]) -> bool {
    let step = |hash: u64, symbol: &usize| (hash ^ *symbol as u64).wrapping_mul(0x100_0000_01b3);
    (sequence.iter().fold(0xcbf2_9ce4_8422_2325, step) >> 16).is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_pcg::Pcg32;

    use super::*;

    #[test]
    fn answers_and_right_places_agree() {
        let source = [3, 1, 2, 1];
        assert_eq!(Task::Sort.answer(&source), [1, 1, 2, 3]);
        assert_eq!(Task::Reverse.answer(&source), [1, 2, 1, 3]);
        assert_eq!(Task::Copy.answer(&source), source);
        for task in Task::ALL {
            let (answer, right) = (task.answer(&source), task.right_places(&source));
            for (place, row) in right.chunks_exact(4).enumerate() {
                assert!(row.contains(&1.0));
                for (at, &cell) in row.iter().enumerate() {
                    assert!(cell == 0.0 || source[at] == answer[place]);
                }
            }
            assert_eq!(Task::from_id(task.id()), Some(task));
            assert!(task.answer(&[]).is_empty() && task.right_places(&[]).is_empty());
        }
    }

    #[test]
    fn a_tenth_is_held_out_and_never_drawn() {
        let sequences = Sequences { task: Task::Sort, length: 8, symbols: 12 };
        let mut rng = Pcg32::seed_from_u64(1);
        assert!(sequences.draws(500, false, &mut rng).iter().all(|sequence| !is_held_out(sequence)));
        assert!(sequences.draws(500, true, &mut rng).iter().all(|sequence| is_held_out(sequence)));
        let all: Vec<Vec<usize>> = (0..20_000).map(|_| (0..8).map(|_| rng.random_range(0..12)).collect()).collect();
        let held = all.iter().filter(|sequence| is_held_out(sequence)).count();
        // Four standard deviations of a tenth of 20,000.
        assert!(held.abs_diff(2000) < 170, "{held}");
    }

    #[test]
    fn tiny_alphabets_end() {
        let sequences = Sequences { task: Task::Copy, length: 1, symbols: 1 };
        let mut rng = Pcg32::seed_from_u64(1);
        assert_eq!(sequences.draw(true, &mut rng), [0]);
        assert_eq!(sequences.draw(false, &mut rng), [0]);
        assert_eq!(sequences.given(&[0]), [1]);
        assert_eq!(Sequences { symbols: 0, ..sequences }.draw(false, &mut rng), [0]);
    }
}
