//! Attention, small: toy vectors, real softmax. And a hidden word, guessed from both sides.

use super::dice::Dice;
use super::drawing::{Drawing, Hold, Live, Ramp, Tone};

/// Softmax of the given scores.
pub fn softmax(scores: &[f32]) -> Vec<f32> {
    let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f32> = scores.iter().map(|score| (score - highest).exp()).collect();
    let sum: f32 = powers.iter().sum();
    powers.iter().map(|power| power / sum).collect()
}

const ENGLISH: [&str; 5] = ["the", "small", "blue", "bird", "sings"];
const FRENCH: [&str; 5] = ["le", "petit", "oiseau", "bleu", "chante"];
/// Which English word each French one means.
const MEANS: [usize; 5] = [0, 1, 3, 2, 4];

/// An alignment that grows row by row: soft attention over toy vectors.
pub struct Alignment {
    keys: Vec<Vec<f32>>,
    queries: Vec<Vec<f32>>,
    shown: f32,
}

impl Alignment {
    /// Vectors in which words of one meaning lie close to each other.
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let mut near = |meaning: usize| -> Vec<f32> {
            (0..ENGLISH.len()).map(|axis| f32::from(axis == meaning) + 0.16 * dice.normal()).collect()
        };
        let keys = (0..ENGLISH.len()).map(&mut near).collect();
        let queries = MEANS.iter().map(|meaning| near(*meaning)).collect();
        Self { keys, queries, shown: 0.0 }
    }

    /// The weights of one French word over the English ones.
    fn row(&self, word: usize) -> Vec<f32> {
        let dot =
            |key: &Vec<f32>| 3.6 * key.iter().zip(&self.queries[word]).map(|(key, query)| key * query).sum::<f32>();
        softmax(&self.keys.iter().map(dot).collect::<Vec<_>>())
    }
}

impl Live for Alignment {
    fn step(&mut self) {
        self.shown += 0.07;
        if self.shown > FRENCH.len() as f32 + 3.0 {
            self.shown = 0.0;
        }
    }

    fn draw(&self) -> Drawing {
        let mut drawing =
            Drawing::new("A table of French words against English ones fills row by row; two words change places.");
        let (left, top, wide, high) = (62.0, 30.0, 35.0, 23.0);
        let rows = (self.shown.ceil() as usize).min(FRENCH.len());
        let mut values = Vec::new();
        for (word, name) in FRENCH.iter().enumerate() {
            let lit = word < rows;
            values.extend(if lit { self.row(word) } else { vec![0.0; ENGLISH.len()] });
            let tone = if word + 1 == rows && self.shown < FRENCH.len() as f32 { Tone::One } else { Tone::Ink };
            if lit {
                drawing.words((left - 6.0, top + high * (word as f32 + 0.5)), *name, 11.0, tone, Hold::Right);
            }
        }
        for (word, name) in ENGLISH.iter().enumerate() {
            drawing.words((left + wide * (word as f32 + 0.5), 18.0), *name, 11.0, Tone::Ink, Hold::Middle);
        }
        let size = (wide * ENGLISH.len() as f32, high * FRENCH.len() as f32);
        drawing.pixels((left, top), size, ENGLISH.len(), values, Ramp::Grey);
        drawing.frame((left, top), size, Tone::Line, 1.0);
        drawing
    }
}

const WORDS: [&str; 6] = ["the", "cup", "fell", "and", "it", "broke"];
/// What each word is, over the axes: article, noun, verb, link, pronoun.
const KEYS: [[f32; 5]; 6] = [
    [1.0, 0.0, 0.0, 0.0, 0.0],
    [0.0, 1.0, 0.0, 0.0, 0.2],
    [0.0, 0.0, 1.0, 0.0, 0.0],
    [0.0, 0.0, 0.0, 1.0, 0.0],
    [0.0, 0.3, 0.0, 0.0, 1.0],
    [0.0, 0.0, 1.0, 0.0, 0.0],
];
/// What each word looks for, over the same axes.
const QUERIES: [[f32; 5]; 6] = [
    [0.0, 1.0, 0.0, 0.0, 0.0],
    [0.8, 0.0, 0.6, 0.0, 0.0],
    [0.0, 1.0, 0.0, 0.0, 0.2],
    [0.0, 0.0, 1.0, 0.0, 0.0],
    [0.0, 1.0, 0.0, 0.0, 0.0],
    [0.0, 0.3, 0.0, 0.0, 1.0],
];

/// Every word looks at every word at once; the arcs of one are lit in turn.
pub struct Arcs {
    weights: Vec<Vec<f32>>,
    frame: usize,
}

impl Arcs {
    /// Softmax of q · k for all pairs.
    pub fn begin() -> Self {
        let weights = QUERIES
            .iter()
            .map(|query| {
                let dot = |key: &[f32; 5]| 2.6 * key.iter().zip(query).map(|(key, query)| key * query).sum::<f32>();
                softmax(&KEYS.iter().map(dot).collect::<Vec<_>>())
            })
            .collect();
        Self { weights, frame: 4 * 26 }
    }
}

impl Live for Arcs {
    fn step(&mut self) {
        self.frame = (self.frame + 1) % (WORDS.len() * 26);
    }

    fn draw(&self) -> Drawing {
        let mut drawing =
            Drawing::new("Six words joined by arcs; the thicker the arc, the more one word draws on the other.");
        let (lit, base) = (self.frame / 26, 116.0);
        let place = |word: usize| 22.0 + 39.0 * word as f32;
        let mut arc = |from: usize, to: usize, tone, width| {
            let (start, end) = (place(from), place(to));
            let points = if from == to {
                (0..=16).map(|part| turn(part, start, 7.0, base - 7.0, 7.0)).collect()
            } else {
                let high = 18.0 + 0.4 * (end - start).abs();
                (0..=20).map(|part| half(part, (start + end) / 2.0, (end - start) / 2.0, base, high)).collect()
            };
            drawing.path(points, tone, width);
        };
        for (from, row) in self.weights.iter().enumerate() {
            for (to, weight) in row.iter().enumerate() {
                if from != lit && *weight > 0.1 {
                    arc(from, to, Tone::Line, 0.5 + 2.0 * weight);
                }
            }
        }
        // The arcs of the next word swell in half a second.
        let swell = ((self.frame % 26) as f32 / 9.0).min(1.0);
        for (to, weight) in self.weights[lit].iter().enumerate() {
            arc(lit, to, Tone::One, 0.5 + 6.0 * weight * swell);
        }
        for (word, name) in WORDS.iter().enumerate() {
            drawing.words(
                (place(word), 128.0),
                *name,
                12.0,
                if word == lit { Tone::One } else { Tone::Ink },
                Hold::Middle,
            );
        }
        let row = &self.weights[lit];
        let most = (0..row.len()).max_by(|left, right| row[*left].total_cmp(&row[*right])).unwrap_or(0);
        let told = format!("“{}” looks most at “{}”, {:.2}", WORDS[lit], WORDS[most], row[most]);
        drawing.words((120.0, 12.0), told, 11.0, Tone::Ink, Hold::Middle);
        drawing
    }
}

fn half(part: usize, middle: f32, reach: f32, base: f32, high: f32) -> (f32, f32) {
    let turn = core::f32::consts::PI * part as f32 / 20.0;
    (middle - reach * turn.cos(), base - high * turn.sin())
}

fn turn(part: usize, middle: f32, reach: f32, centre: f32, high: f32) -> (f32, f32) {
    let turn = core::f32::consts::TAU * part as f32 / 16.0;
    (middle + reach * turn.sin(), centre + high * turn.cos())
}

/// All that the little guesser has ever read.
const READ: [&str; 16] = [
    "the cat drinks warm milk",
    "the cat drinks cold milk",
    "the child drinks warm tea",
    "the child drinks cold water",
    "the dog drinks cold water",
    "the dog chases the cat",
    "the cat chases the bird",
    "the child reads the book",
    "the child opens the book",
    "the dog opens the door",
    "the bird sings every morning",
    "the bird drinks cold water",
    "the bird opens its wings",
    "the child sings every morning",
    "the child reads every evening",
    "the dog sleeps every evening",
];

/// Sentences with one word hidden.
const ASKED: [(&str, &str, &str, &str); 3] = [
    ("the dog", "▢", "every evening", "sleeps"),
    ("the child", "▢", "the book", "reads"),
    ("the bird", "▢", "every morning", "sings"),
];

/// A word is hidden and guessed from counts: from the left alone, then from both sides.
pub struct Hidden {
    frame: usize,
}

impl Hidden {
    /// The first sentence.
    pub fn begin() -> Self {
        Self { frame: 0 }
    }

    /// The words that ever stood between, with their share from the left, and from both sides (both add up to one).
    fn guess(left: &str, right: &str) -> Vec<(&'static str, f32, f32)> {
        let before = left.split(' ').next_back().unwrap_or_default();
        let after = right.split(' ').next().unwrap_or_default();
        let mut counts: Vec<(&'static str, f32, f32)> = Vec::new();
        for sentence in READ {
            let words: Vec<&'static str> = sentence.split(' ').collect();
            for place in 1..words.len() - 1 {
                let (from_left, from_right) = (words[place - 1] == before, words[place + 1] == after);
                if from_left || from_right {
                    let index = counts.iter().position(|(word, ..)| *word == words[place]).unwrap_or_else(|| {
                        counts.push((words[place], 0.0, 0.0));
                        counts.len() - 1
                    });
                    counts[index].1 += f32::from(from_left);
                    counts[index].2 += f32::from(from_right);
                }
            }
        }
        // Both sides vote: the product of the two counts, with a twentieth for what was never seen.
        let left_sum: f32 = counts.iter().map(|count| count.1).sum();
        for count in &mut counts {
            count.2 = (count.1 + 0.05) * (count.2 + 0.05);
            count.1 /= left_sum;
        }
        let sum: f32 = counts.iter().map(|count| count.2).sum();
        for count in &mut counts {
            count.2 /= sum;
        }
        counts.sort_by(|one, two| two.2.total_cmp(&one.2));
        counts
    }
}

impl Live for Hidden {
    fn step(&mut self) {
        self.frame = (self.frame + 1) % (ASKED.len() * 84);
    }

    fn draw(&self) -> Drawing {
        let mut drawing = Drawing::new(
            "A sentence with a hidden word and bars for the likeliest guesses, from the left side and from both.",
        );
        let (left, gap, right, _) = ASKED[self.frame / 84];
        let part = (self.frame % 84) as f32 / 84.0;
        // First only the left side is read, then the other joins; the bars glide from one to the other.
        let share = ((part - 0.38) * 5.0).clamp(0.0, 1.0);
        let both = part > 0.4;
        let shown = if both { right } else { "" };
        drawing.words((120.0, 22.0), format!("{left} {gap} {shown}").trim_end(), 14.0, Tone::Ink, Hold::Middle);
        drawing.words(
            (120.0, 44.0),
            if both { "guessed from both sides" } else { "guessed from the left" },
            11.0,
            Tone::Soft,
            Hold::Middle,
        );
        for (row, (word, alone, together)) in Self::guess(left, right).into_iter().take(4).enumerate() {
            let value = alone + share * (together - alone);
            // The bars of a new sentence grow in a third of a second.
            let long = 130.0 * value * (part * 12.0).min(1.0);
            let y = 66.0 + 22.0 * row as f32;
            drawing.words((68.0, y), word, 12.0, Tone::Ink, Hold::Right);
            drawing.block(
                (74.0, y - 7.0),
                (long.max(1.0), 14.0),
                if row == 0 && both { Tone::One } else { Tone::Zero },
            );
            drawing.words((80.0 + long, y), format!("{value:.2}"), 10.0, Tone::Soft, Hold::Left);
        }
        drawing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn softmax_adds_up_to_one_and_keeps_the_order() {
        let weights = softmax(&[1000.0, -3.0, 999.0, 0.5]);
        assert!((weights.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!(weights[0] > weights[2] && weights[2] > weights[3]);
    }

    #[test]
    fn every_word_aligns_with_its_meaning() {
        let it = Alignment::new(1);
        for (word, meaning) in MEANS.iter().enumerate() {
            let row = it.row(word);
            assert!(row.iter().all(|weight| *weight <= row[*meaning]), "{word} {row:?}");
        }
    }

    #[test]
    fn both_sides_find_the_word_that_the_left_alone_does_not() {
        for (left, _, right, word) in ASKED {
            let guess = Hidden::guess(left, right);
            assert_eq!(guess[0].0, word, "{guess:?}");
            let alone: f32 = guess.iter().map(|(_, alone, _)| alone).sum();
            let together: f32 = guess.iter().map(|(_, _, together)| together).sum();
            assert!((alone - 1.0).abs() < 1e-5 && (together - 1.0).abs() < 1e-5);
            assert!(guess[0].2 > guess[0].1, "{guess:?}");
        }
    }
}
