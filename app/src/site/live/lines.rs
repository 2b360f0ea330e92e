//! Perceptron and ADALINE, small: a line that turns with each mistake, and a ball in a bowl.

use super::dice::Dice;
use super::drawing::{Drawing, HEIGHT, Live, Tone, WIDTH};

/// Rosenblatt's rule on two clouds that a line can part.
pub struct Perceptron {
    dice: Dice,
    points: Vec<([f32; 2], f32)>,
    weights: [f32; 3],
    before: [f32; 3],
    next: usize,
    calm: usize,
    ringed: Option<usize>,
    wait: u32,
}

impl Perceptron {
    /// A first pair of clouds.
    pub fn new(seed: u64) -> Self {
        let mut it = Self {
            dice: Dice::new(seed),
            points: Vec::new(),
            weights: [0.0; 3],
            before: [0.0; 3],
            next: 0,
            calm: 0,
            ringed: None,
            wait: 0,
        };
        it.deal();
        it
    }

    fn deal(&mut self) {
        let angle = self.dice.between(0.0, core::f32::consts::TAU);
        let (across, up, shift) = (angle.cos(), angle.sin(), self.dice.between(-0.15, 0.15));
        self.points.clear();
        while self.points.len() < 36 {
            let at = [self.dice.between(-0.94, 0.94), self.dice.between(-0.9, 0.9)];
            let side = across * at[0] + up * at[1] - shift;
            // A corridor without points is what makes the clouds separable.
            if side.abs() > 0.13 {
                self.points.push((at, side.signum()));
            }
        }
        // A line that stands across the right one, with weights long enough to turn in steps one can follow.
        self.weights = [-up * 2.5 + across * 0.4, across * 2.5 + up * 0.4, 0.0];
        self.before = self.weights;
        (self.next, self.calm, self.ringed, self.wait) = (0, 0, None, 14);
    }

    fn sum(&self, at: [f32; 2]) -> f32 {
        self.weights[0] * at[0] + self.weights[1] * at[1] + self.weights[2]
    }

    /// Whether a whole pass went by without a mistake.
    pub fn settled(&self) -> bool {
        self.calm >= self.points.len()
    }
}

impl Live for Perceptron {
    fn step(&mut self) {
        if self.wait > 0 {
            self.wait -= 1;
            return;
        }
        if self.settled() {
            return self.deal();
        }
        for _ in 0..12 {
            let (at, target) = self.points[self.next];
            if self.sum(at) * target <= 0.0 {
                self.before = self.weights;
                self.weights = [
                    self.weights[0] + target * at[0],
                    self.weights[1] + target * at[1],
                    self.weights[2] + target * 0.5,
                ];
                (self.ringed, self.calm, self.wait) = (Some(self.next), 0, 8);
                self.next = (self.next + 1) % self.points.len();
                return;
            }
            self.calm += 1;
            self.next = (self.next + 1) % self.points.len();
            if self.settled() {
                self.before = self.weights;
                self.wait = 50;
                return;
            }
        }
    }

    fn draw(&self) -> Drawing {
        let mut drawing =
            Drawing::new("Points of two kinds and a line between them; each point on the wrong side turns the line.");
        drawing.block((0.0, 0.0), (WIDTH, HEIGHT), Tone::ZeroSoft);
        drawing.area(half_plane(self.weights), Tone::OneSoft);
        if self.before != self.weights {
            drawing.path(boundary(self.before), Tone::Soft, 1.0);
        }
        drawing.path(boundary(self.weights), Tone::Ink, 2.0);
        for (at, target) in &self.points {
            drawing.point(place(*at), 3.2, if *target > 0.0 { Tone::One } else { Tone::Zero });
        }
        if let Some(index) = self.ringed {
            drawing.ring(place(self.points[index].0), 9.0, Tone::Ink, 1.5);
        }
        drawing
    }
}

fn place(at: [f32; 2]) -> (f32, f32) {
    (WIDTH / 2.0 * (1.0 + at[0]), HEIGHT / 2.0 * (1.0 - at[1]))
}

/// The part of the box where the weighted sum is positive (Sutherland–Hodgman for one edge).
fn half_plane(weights: [f32; 3]) -> Vec<(f32, f32)> {
    let corners = [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]];
    let sum = |at: [f32; 2]| weights[0] * at[0] + weights[1] * at[1] + weights[2];
    let mut inside = Vec::new();
    for (index, from) in corners.into_iter().enumerate() {
        let to = corners[(index + 1) % 4];
        if sum(from) >= 0.0 {
            inside.push(place(from));
        }
        if (sum(from) >= 0.0) != (sum(to) >= 0.0) {
            inside.push(place(crossing(from, to, sum(from), sum(to))));
        }
    }
    inside
}

fn boundary(weights: [f32; 3]) -> Vec<(f32, f32)> {
    let corners = [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]];
    let sum = |at: [f32; 2]| weights[0] * at[0] + weights[1] * at[1] + weights[2];
    (0..4)
        .map(|index| (corners[index], corners[(index + 1) % 4]))
        .filter(|(from, to)| (sum(*from) >= 0.0) != (sum(*to) >= 0.0))
        .map(|(from, to)| place(crossing(from, to, sum(from), sum(to))))
        .collect()
}

fn crossing(from: [f32; 2], to: [f32; 2], at_from: f32, at_to: f32) -> [f32; 2] {
    let share = at_from / (at_from - at_to);
    [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])]
}

/// Least mean squares: gradient descent in the exact bowl of squared error over two weights.
pub struct Adaline {
    dice: Dice,
    /// Mean of x xᵀ over the examples: the curvature of the bowl.
    curvature: [[f32; 2]; 2],
    best: [f32; 2],
    path: Vec<[f32; 2]>,
    rate: f32,
    wait: u32,
}

impl Adaline {
    /// A bowl from 24 examples, and a first start on its rim.
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let examples: Vec<([f32; 2], f32)> = (0..24)
            .map(|_| {
                // Two inputs that go together make the bowl longer one way than the other.
                let shared = dice.normal();
                let input = [shared + 0.9 * dice.normal(), 0.9 * shared + 0.9 * dice.normal()];
                (input, if input[0] - 0.6 * input[1] + 0.3 * dice.normal() > 0.0 { 1.0 } else { -1.0 })
            })
            .collect();
        let count = examples.len() as f32;
        let mut curvature = [[0.0; 2]; 2];
        let mut pull = [0.0; 2];
        for (input, target) in &examples {
            for row in 0..2 {
                pull[row] += input[row] * target / count;
                for column in 0..2 {
                    curvature[row][column] += input[row] * input[column] / count;
                }
            }
        }
        let determinant = curvature[0][0] * curvature[1][1] - curvature[0][1] * curvature[1][0];
        let best = [
            (curvature[1][1] * pull[0] - curvature[0][1] * pull[1]) / determinant,
            (curvature[0][0] * pull[1] - curvature[1][0] * pull[0]) / determinant,
        ];
        let mut it = Self { dice, curvature, best, path: Vec::new(), rate: 0.0, wait: 0 };
        // Close to the limit 2/λmax, so that it zigzags but arrives.
        it.rate = 0.86 * 2.0 / it.axes()[0].0;
        it.start();
        it
    }

    /// The two axes of the bowl, steepest first: curvature and direction.
    fn axes(&self) -> [(f32, [f32; 2]); 2] {
        let [[a, b], [_, d]] = self.curvature;
        let spread = (((a - d) / 2.0).powi(2) + b * b).sqrt();
        let angle = 0.5 * (2.0 * b).atan2(a - d);
        let along = [angle.cos(), angle.sin()];
        [((a + d) / 2.0 + spread, along), ((a + d) / 2.0 - spread, [-along[1], along[0]])]
    }

    fn start(&mut self) {
        let turn = self.dice.between(0.0, core::f32::consts::TAU);
        self.path = vec![self.on_contour(1.0, turn)];
        self.wait = 8;
    }

    /// The point of one contour at one angle; level 1 is the rim that is drawn.
    fn on_contour(&self, level: f32, turn: f32) -> [f32; 2] {
        let [(steep, along), (flat, across)] = self.axes();
        let reach = [(level / steep).sqrt() * turn.cos(), (level / flat).sqrt() * turn.sin()];
        [
            self.best[0] + reach[0] * along[0] + reach[1] * across[0],
            self.best[1] + reach[0] * along[1] + reach[1] * across[1],
        ]
    }

    /// The error above the bottom of the bowl.
    pub fn error(&self) -> f32 {
        self.path.last().map_or(0.0, |at| {
            let off = [at[0] - self.best[0], at[1] - self.best[1]];
            0.5 * (0..2)
                .map(|row| off[row] * (self.curvature[row][0] * off[0] + self.curvature[row][1] * off[1]))
                .sum::<f32>()
        })
    }
}

impl Live for Adaline {
    fn step(&mut self) {
        if self.wait > 0 {
            self.wait -= 1;
            return;
        }
        if self.error() < 2e-4 {
            return self.start();
        }
        let at = self.path.last().copied().unwrap_or(self.best);
        let off = [at[0] - self.best[0], at[1] - self.best[1]];
        let slope = [0, 1].map(|row: usize| self.curvature[row][0] * off[0] + self.curvature[row][1] * off[1]);
        self.path.push([at[0] - self.rate * slope[0], at[1] - self.rate * slope[1]]);
        self.wait = if self.error() < 2e-4 { 40 } else { 4 };
    }

    fn draw(&self) -> Drawing {
        let mut drawing =
            Drawing::new("Contours of the squared error; a path of steps zigzags down to the bottom of the bowl.");
        let [(_, _), (flat, across)] = self.axes();
        // Turn the long axis of the bowl level and let the rim fill the box.
        let scale = 0.47 * WIDTH * flat.sqrt();
        let place = |at: [f32; 2]| {
            let off = [at[0] - self.best[0], at[1] - self.best[1]];
            let level = off[0] * across[0] + off[1] * across[1];
            let height = off[0] * across[1] - off[1] * across[0];
            (WIDTH / 2.0 + scale * level, HEIGHT / 2.0 - scale * height)
        };
        for (ring, level) in [1.0_f32, 0.6, 0.32, 0.13, 0.03].into_iter().enumerate() {
            let rim: Vec<_> = (0..=60)
                .map(|part| place(self.on_contour(level, part as f32 / 60.0 * core::f32::consts::TAU)))
                .collect();
            drawing.area(rim.clone(), Tone::Grey(0.05 + 0.05 * ring as f32));
            drawing.path(rim, Tone::Line, 1.0);
        }
        drawing.path(self.path.iter().map(|at| place(*at)).collect(), Tone::One, 1.6);
        for at in &self.path {
            drawing.disc(place(*at), 2.2, Tone::One);
        }
        if let Some(at) = self.path.last() {
            drawing.point(place(*at), 5.0, Tone::One);
        }
        drawing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn perceptron_settles_on_every_deal() {
        for seed in 0..40 {
            let mut it = Perceptron::new(seed);
            let settled = (0..4000).any(|_| {
                it.step();
                it.settled()
            });
            assert!(settled, "seed {seed}");
        }
    }

    #[test]
    fn adaline_error_falls_with_every_step() {
        for seed in 0..20 {
            let mut it = Adaline::new(seed);
            let mut last = it.error();
            for _ in 0..400 {
                let steps = it.path.len();
                it.step();
                if it.path.len() == steps + 1 {
                    assert!(it.error() < last, "seed {seed}");
                }
                last = it.error();
            }
        }
    }
}
