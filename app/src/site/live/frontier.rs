//! Part VI, small: a graph that averages, and weights that round.

use super::dice::Dice;
use super::drawing::{Drawing, Hold, Live, Tone};

/// Where each node of the graph is drawn.
const NODES: [(f32, f32); 16] = [
    (22.0, 40.0),
    (30.0, 92.0),
    (56.0, 66.0),
    (64.0, 22.0),
    (70.0, 112.0),
    (92.0, 48.0),
    (98.0, 90.0),
    (44.0, 130.0),
    (218.0, 44.0),
    (212.0, 98.0),
    (186.0, 70.0),
    (178.0, 26.0),
    (172.0, 116.0),
    (150.0, 52.0),
    (146.0, 92.0),
    (200.0, 130.0),
];
const EDGES: [(usize, usize); 31] = [
    (0, 1),
    (0, 2),
    (0, 3),
    (1, 2),
    (1, 7),
    (2, 3),
    (2, 4),
    (2, 5),
    (3, 5),
    (4, 6),
    (4, 7),
    (5, 6),
    (2, 6),
    (1, 4),
    (8, 9),
    (8, 10),
    (8, 11),
    (9, 10),
    (9, 15),
    (10, 11),
    (10, 12),
    (10, 13),
    (11, 13),
    (12, 14),
    (12, 15),
    (13, 14),
    (10, 14),
    (9, 12),
    (5, 13),
    (6, 14),
    (3, 11),
];

/// Two circles of friends; every layer, each node takes the mean of itself and its neighbours.
pub struct Neighbours {
    dice: Dice,
    values: Vec<f32>,
    before: Vec<f32>,
    layer: usize,
    frame: usize,
}

const LAYER_FRAMES: usize = 16;

impl Neighbours {
    /// One told node in each circle, the others know nothing.
    pub fn new(seed: u64) -> Self {
        let mut it = Self { dice: Dice::new(seed), values: Vec::new(), before: Vec::new(), layer: 0, frame: 0 };
        it.tell();
        it
    }

    fn tell(&mut self) {
        self.values = vec![0.0; NODES.len()];
        self.values[self.dice.below(8)] = -1.0;
        self.values[8 + self.dice.below(8)] = 1.0;
        self.before = self.values.clone();
        (self.layer, self.frame) = (0, 0);
    }

    fn average(&mut self) {
        self.before = self.values.clone();
        let mut sums: Vec<(f32, f32)> = self.before.iter().map(|value| (*value, 1.0)).collect();
        for (one, two) in EDGES {
            sums[one].0 += self.before[two];
            sums[one].1 += 1.0;
            sums[two].0 += self.before[one];
            sums[two].1 += 1.0;
        }
        self.values = sums.iter().map(|(sum, count)| sum / count).collect();
        self.layer += 1;
    }

    /// How far apart the most different nodes are.
    fn spread(&self) -> f32 {
        let most = self.values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        most - self.values.iter().copied().fold(f32::INFINITY, f32::min)
    }
}

impl Live for Neighbours {
    fn step(&mut self) {
        self.frame += 1;
        if self.frame < LAYER_FRAMES {
            return;
        }
        self.frame = 0;
        // Two layers tell the circles apart; twenty more, faster, wash them out.
        match self.layer {
            0..3 => self.average(),
            3..30 => {
                self.average();
                self.frame = if self.layer < 30 { LAYER_FRAMES - 4 } else { 0 };
                if self.layer == 4 {
                    self.frame = 0;
                }
            }
            30..32 => {
                self.layer += 1;
                self.before = self.values.clone();
            }
            _ => self.tell(),
        }
    }

    fn draw(&self) -> Drawing {
        let mut drawing = Drawing::new(
            "Two groups of linked nodes: colour spreads from one node in each, and after many layers all look alike.",
        );
        for (one, two) in EDGES {
            drawing.line(NODES[one], NODES[two], Tone::Line, 1.4);
        }
        let part = (self.frame as f32 / 6.0).min(1.0);
        for (place, (value, before)) in NODES.iter().zip(self.values.iter().zip(&self.before)) {
            let shown = before + part * (value - before);
            drawing.disc(*place, 8.4, Tone::Soft);
            // The root makes small differences visible; the sign is what decides the class.
            drawing.disc(*place, 7.2, Tone::Signed(shown.signum() * shown.abs().sqrt().min(1.0)));
        }
        let layer = self.layer.min(30);
        let told = if layer == 0 {
            "two nodes are told".to_owned()
        } else {
            format!("layer {layer} · apart {:.2}", self.spread())
        };
        drawing.words((120.0, 142.0), told, 11.0, Tone::Ink, Hold::Middle);
        drawing
    }
}

const WEIGHTS: usize = 120;

/// Full weights fall onto −1, 0 and +1: divide by the mean size, round, clip.
pub struct Ternary {
    dice: Dice,
    weights: Vec<f32>,
    frame: usize,
}

impl Ternary {
    /// A first heap of weights.
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let weights = (0..WEIGHTS).map(|_| dice.normal()).collect();
        Self { dice, weights, frame: 0 }
    }

    fn scale(&self) -> f32 {
        self.weights.iter().map(|weight| weight.abs()).sum::<f32>() / WEIGHTS as f32
    }

    /// The ternary weights: round(w / mean |w|), clipped to −1 … 1.
    fn rounded(&self) -> Vec<f32> {
        let scale = self.scale();
        self.weights.iter().map(|weight| (weight / scale).round().clamp(-1.0, 1.0)).collect()
    }
}

impl Live for Ternary {
    fn step(&mut self) {
        self.frame += 1;
        if self.frame > 150 {
            self.frame = 0;
            self.weights = (0..WEIGHTS).map(|_| self.dice.normal()).collect();
        }
    }

    fn draw(&self) -> Drawing {
        let mut drawing =
            Drawing::new("A heap of weights spread over a line falls into three columns at minus one, zero and one.");
        let part = ((self.frame as f32 - 14.0) / 34.0).clamp(0.0, 1.0);
        let part = part * part * (3.0 - 2.0 * part);
        let (scale, rounded) = (self.scale(), self.rounded());
        let base = 118.0;
        drawing.line((8.0, base), (232.0, base), Tone::Soft, 1.0);
        // Dots of one tenth are stacked; a column of the rounded ones is four dots wide.
        let (mut heap, mut columns) = ([0_u32; 200], [0_u32; 3]);
        for (weight, level) in self.weights.iter().zip(&rounded) {
            let across = (weight / scale).clamp(-3.2, 3.2);
            let bin = ((across + 3.2) * 8.0) as usize;
            let from = (120.0 + 34.0 * (bin as f32 / 8.0 - 3.2 + 0.06), base - 4.0 - 6.2 * heap[bin] as f32);
            heap[bin] += 1;
            let column = &mut columns[(level + 1.0) as usize];
            let to =
                (120.0 + 72.0 * level + 6.4 * ((*column % 5) as f32 - 2.0), base - 4.0 - 6.2 * (*column / 5) as f32);
            *column += 1;
            let at = (from.0 + part * (to.0 - from.0), from.1 + part * (to.1 - from.1));
            let tone = if *level == 0.0 {
                Tone::Soft
            } else if *level > 0.0 {
                Tone::One
            } else {
                Tone::Zero
            };
            drawing.disc(at, 2.7, tone);
        }
        let names = if part > 0.5 { ["−1", "0", "+1"] } else { ["−", "0", "+"] };
        for (index, name) in names.into_iter().enumerate() {
            let x = if part > 0.5 { 48.0 + 72.0 * index as f32 } else { 30.0 + 90.0 * index as f32 };
            drawing.words((x, 128.0), name, 11.0, Tone::Ink, Hold::Middle);
        }
        let zeros = 100 * columns[1] as usize / WEIGHTS;
        let told = if part > 0.9 {
            format!("{zeros} in 100 are zero: nothing to add")
        } else {
            "divide by the mean size, round".to_owned()
        };
        drawing.words((120.0, 142.0), told, 11.0, Tone::Soft, Hold::Middle);
        drawing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averaging_tells_the_circles_apart_and_then_nothing() {
        for seed in 0..10 {
            let mut it = Neighbours::new(seed);
            for _ in 0..3 {
                it.average();
            }
            let early = it.spread();
            for _ in 0..27 {
                it.average();
                assert!(it.spread() <= early + 1e-6);
            }
            assert!(it.spread() < 0.3 * early, "seed {seed}: {early} {}", it.spread());
        }
    }

    #[test]
    fn ternary_weights_are_ternary() {
        let it = Ternary::new(3);
        let rounded = it.rounded();
        assert!(rounded.iter().all(|level| [-1.0, 0.0, 1.0].contains(level)));
        assert!(rounded.iter().zip(&it.weights).all(|(level, weight)| level * weight >= 0.0));
    }
}
