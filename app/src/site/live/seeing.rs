//! Part II, small: a filter that slides, two slopes, and a signal that arrives or does not.

use super::dice::Dice;
use super::drawing::{Drawing, Hold, Live, Ramp, Tone};
use super::glyphs;

const GLYPH: usize = 12;
const MAP: usize = GLYPH - 2;

const KERNELS: [[f32; 9]; 3] = [
    [1.0, 1.0, 1.0, 0.0, 0.0, 0.0, -1.0, -1.0, -1.0],
    [-1.0, 0.0, 1.0, -1.0, 0.0, 1.0, -1.0, 0.0, 1.0],
    [-1.0, -1.0, 2.0, -1.0, 2.0, -1.0, 2.0, -1.0, -1.0],
];

/// A 3 × 3 filter slides over a digit and fills its map, place by place.
pub struct Convolution {
    picture: Vec<f32>,
    kernel: usize,
    map: Vec<f32>,
    wait: u32,
}

impl Convolution {
    /// The first filter at the first place.
    pub fn begin() -> Self {
        Self { picture: glyphs::ink(&glyphs::SEVEN), kernel: 0, map: Vec::new(), wait: 0 }
    }

    /// The filter's answer at one place: the sum of nine products, −1 … 1.
    fn answer(&self, place: usize) -> f32 {
        let (row, column) = (place / MAP, place % MAP);
        let kernel = &KERNELS[self.kernel];
        let whole: f32 = kernel.iter().filter(|weight| **weight > 0.0).sum();
        let sum: f32 = (0..9).map(|at| kernel[at] * self.picture[(row + at / 3) * GLYPH + column + at % 3]).sum();
        sum / whole
    }
}

impl Live for Convolution {
    fn step(&mut self) {
        if self.wait > 0 {
            self.wait -= 1;
            return;
        }
        if self.map.len() == MAP * MAP {
            self.kernel = (self.kernel + 1) % KERNELS.len();
            self.map.clear();
        }
        for _ in 0..2 {
            self.map.push(self.answer(self.map.len()));
        }
        if self.map.len() == MAP * MAP {
            self.wait = 34;
        }
    }

    fn draw(&self) -> Drawing {
        let mut drawing = Drawing::new("A small filter moves over a seven; beside it the map of its answers fills.");
        let cell = 7.8;
        drawing.pixels(
            (4.0, 28.0),
            (cell * 12.0, cell * 12.0),
            GLYPH,
            self.picture.iter().map(|ink| 0.05 + 0.8 * ink).collect(),
            Ramp::Grey,
        );
        let kernel = KERNELS[self.kernel].iter().map(|weight| weight / 2.0).collect();
        drawing.pixels((110.0, 62.0), (26.0, 26.0), 3, kernel, Ramp::Signed);
        drawing.frame((110.0, 62.0), (26.0, 26.0), Tone::Line, 1.0);
        let mut map = self.map.clone();
        map.resize(MAP * MAP, 0.0);
        let (left, top, side) = (148.0, 33.0, 84.0);
        drawing.pixels((left, top), (side, side), MAP, map, Ramp::Signed);
        drawing.frame((left, top), (side, side), Tone::Line, 1.0);
        if self.map.len() < MAP * MAP {
            let place = self.map.len().saturating_sub(1);
            let (row, column) = ((place / MAP) as f32, (place % MAP) as f32);
            drawing.frame((4.0 + cell * column, 28.0 + cell * row), (3.0 * cell, 3.0 * cell), Tone::One, 2.0);
            let step = side / MAP as f32;
            drawing.frame((left + step * column, top + step * row), (step, step), Tone::One, 2.0);
        }
        drawing.words((51.0, 14.0), "picture", 11.0, Tone::Soft, Hold::Middle);
        drawing.words((123.0, 48.0), "filter", 11.0, Tone::Soft, Hold::Middle);
        drawing.words((190.0, 14.0), "its map", 11.0, Tone::Soft, Hold::Middle);
        drawing
    }
}

/// One sum passes through tanh and through ReLU; the slope is what the error is multiplied by on its way back.
pub struct Slopes {
    turn: f32,
}

impl Slopes {
    /// Starts at a sum of zero.
    pub fn begin() -> Self {
        Self { turn: 0.0 }
    }

    fn sum(&self) -> f32 {
        3.2 * self.turn.sin()
    }
}

impl Live for Slopes {
    fn step(&mut self) {
        self.turn = (self.turn + 0.035) % core::f32::consts::TAU;
    }

    fn draw(&self) -> Drawing {
        let mut drawing = Drawing::new(
            "Two curves with a moving tangent: the slope of tanh fades for large sums, that of ReLU stays one.",
        );
        let at = self.sum();
        let (hyperbolic, rectified) = (at.tanh(), at.max(0.0));
        let panels = [
            ("tanh", 62.0, hyperbolic, 1.0 - hyperbolic * hyperbolic, Tone::Zero),
            ("ReLU", 180.0, rectified, f32::from(at > 0.0), Tone::One),
        ];
        for (name, middle, value, slope, tone) in panels {
            let place = |x: f32, y: f32| (middle + x * 14.5, 96.0 - y * 19.0);
            drawing.line(place(-3.6, 0.0), place(3.6, 0.0), Tone::Line, 1.0);
            let curve = (-36..=36)
                .map(|tenth| {
                    let x = tenth as f32 / 10.0;
                    place(x, if name == "tanh" { x.tanh() } else { x.max(0.0) })
                })
                .collect();
            drawing.path(curve, tone, 2.0);
            let reach = 1.1 / (1.0 + slope * slope).sqrt();
            drawing.line(
                place(at - reach, value - reach * slope),
                place(at + reach, value + reach * slope),
                Tone::Ink,
                2.0,
            );
            drawing.disc(place(at, value), 3.6, Tone::Ink);
            drawing.words((middle, 14.0), name, 11.0, Tone::Soft, Hold::Middle);
            drawing.words((middle, 136.0), format!("slope {slope:.2}"), 12.0, Tone::Ink, Hold::Middle);
        }
        drawing
    }
}

const DEPTH: usize = 14;
const WIDTH_OF_LAYER: usize = 16;

/// The same random layers with and without a way around each.
pub struct Shortcut {
    dice: Dice,
    plain: Vec<f32>,
    residual: Vec<f32>,
    shown: usize,
    wait: u32,
}

impl Shortcut {
    /// A first stack of layers.
    pub fn new(seed: u64) -> Self {
        let mut it = Self { dice: Dice::new(seed), plain: Vec::new(), residual: Vec::new(), shown: 0, wait: 0 };
        it.send();
        it
    }

    /// Sends one random signal through fresh layers; keeps its size after each, starting from 1.
    fn send(&mut self) {
        let input: Vec<f32> = (0..WIDTH_OF_LAYER).map(|_| self.dice.normal()).collect();
        let size = |signal: &[f32]| signal.iter().map(|value| value * value).sum::<f32>().sqrt();
        let whole = size(&input);
        let (mut plain, mut residual) = (input.clone(), input);
        (self.plain, self.residual, self.shown) = (vec![1.0], vec![1.0], 0);
        for _ in 0..DEPTH {
            // Weights of variance 0.7 / n: after ReLU each layer passes on about .6 of the size, and none of it returns.
            let weights: Vec<f32> = (0..WIDTH_OF_LAYER * WIDTH_OF_LAYER)
                .map(|_| self.dice.normal() * (0.7 / WIDTH_OF_LAYER as f32).sqrt())
                .collect();
            let layer = |signal: &[f32]| -> Vec<f32> {
                weights
                    .chunks(WIDTH_OF_LAYER)
                    .map(|row| row.iter().zip(signal).map(|(weight, value)| weight * value).sum::<f32>().max(0.0))
                    .collect()
            };
            plain = layer(&plain);
            residual = layer(&residual).iter().zip(&residual).map(|(more, value)| value + 0.5 * more).collect();
            self.plain.push(size(&plain) / whole);
            self.residual.push(size(&residual) / whole);
        }
    }
}

impl Live for Shortcut {
    fn step(&mut self) {
        if self.wait > 0 {
            self.wait -= 1;
        } else if self.shown < DEPTH {
            self.shown += 1;
            self.wait = if self.shown == DEPTH { 44 } else { 2 };
        } else {
            self.send();
        }
    }

    fn draw(&self) -> Drawing {
        let mut drawing = Drawing::new(
            "The size of a signal from layer to layer, on a logarithmic scale: it stays with shortcuts and fades without.",
        );
        let place = |layer: usize, size: f32| (14.0 + layer as f32 * 15.2, 44.0 - size.max(1e-6).log10() * 21.0);
        for (power, name) in [(0, "1"), (-2, "1/100"), (-4, "1/10,000")] {
            let (_, y) = place(0, 10_f32.powi(power));
            drawing.line((14.0, y), (228.0, y), Tone::Line, 1.0);
            drawing.words((14.0, y - 7.0), name, 9.0, Tone::Soft, Hold::Left);
        }
        for (sizes, tone) in [(&self.plain, Tone::One), (&self.residual, Tone::Zero)] {
            let points: Vec<_> =
                sizes[..=self.shown].iter().enumerate().map(|(layer, size)| place(layer, *size)).collect();
            for point in &points {
                drawing.disc(*point, 2.6, tone);
            }
            drawing.path(points, tone, 1.8);
        }
        drawing.words((228.0, 10.0), "with shortcuts", 11.0, Tone::Zero, Hold::Right);
        drawing.words((74.0, 118.0), "the layers alone", 11.0, Tone::One, Hold::Left);
        drawing.words((228.0, 142.0), format!("layer {}", self.shown), 11.0, Tone::Soft, Hold::Right);
        drawing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_answers_between_minus_one_and_one() {
        let mut it = Convolution::begin();
        for _ in 0..400 {
            it.step();
            assert!(it.map.iter().all(|value| value.abs() <= 1.0) && it.map.len() <= MAP * MAP);
        }
    }

    #[test]
    fn the_shortcut_keeps_what_the_layers_lose() {
        for seed in 0..20 {
            let it = Shortcut::new(seed);
            assert!(
                it.plain[DEPTH] < 0.05 && it.residual[DEPTH] > 1.0 && it.residual[DEPTH] < 60.0,
                "seed {seed} {:?}",
                it.residual
            );
        }
    }
}
