//! Recurrent networks, small: an echo that fades, and a gate that holds.

use super::dice::Dice;
use super::drawing::{Drawing, Hold, Live, Ramp, Tone};

const UNITS: usize = 8;
const STEPS: usize = 32;

/// Two runs of one recurrent layer hear the same noise; only one heard the first word.
pub struct Echo {
    dice: Dice,
    weights: Vec<f32>,
    heard: Vec<f32>,
    deaf: Vec<f32>,
    states: Vec<Vec<f32>>,
    distances: Vec<f32>,
    wait: u32,
}

impl Echo {
    /// Random weights, and a first word.
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        // Turns of random pairs of units, then everything times 0.88: what was heard moves about and shrinks a little each step.
        let mut weights = vec![0.0; UNITS * UNITS];
        (0..UNITS).for_each(|unit| weights[unit * UNITS + unit] = 0.88);
        for _ in 0..4 * UNITS {
            let (one, two) = (dice.below(UNITS), dice.below(UNITS - 1));
            let two = if two >= one { two + 1 } else { two };
            let (sine, cosine) = dice.between(0.0, core::f32::consts::TAU).sin_cos();
            for column in 0..UNITS {
                let (upper, lower) = (weights[one * UNITS + column], weights[two * UNITS + column]);
                weights[one * UNITS + column] = cosine * upper - sine * lower;
                weights[two * UNITS + column] = sine * upper + cosine * lower;
            }
        }
        let mut it = Self {
            dice,
            weights,
            heard: Vec::new(),
            deaf: Vec::new(),
            states: Vec::new(),
            distances: Vec::new(),
            wait: 0,
        };
        it.listen();
        it
    }

    fn listen(&mut self) {
        self.deaf = vec![0.0; UNITS];
        self.heard = (0..UNITS).map(|_| (1.4 * self.dice.normal()).tanh()).collect();
        self.states = vec![self.heard.clone()];
        self.distances = vec![self.distance()];
    }

    fn distance(&self) -> f32 {
        self.heard.iter().zip(&self.deaf).map(|(heard, deaf)| (heard - deaf).powi(2)).sum::<f32>().sqrt()
    }
}

impl Live for Echo {
    fn step(&mut self) {
        if self.wait > 0 {
            self.wait -= 1;
            return;
        }
        if self.states.len() == STEPS {
            return self.listen();
        }
        let noise: Vec<f32> = (0..UNITS).map(|_| 0.15 * self.dice.normal()).collect();
        for state in [&mut self.heard, &mut self.deaf] {
            let rows = self.weights.chunks(UNITS).zip(&noise);
            *state = rows
                .map(|(row, noise)| {
                    (row.iter().zip(&*state).map(|(weight, value)| weight * value).sum::<f32>() + noise).tanh()
                })
                .collect();
        }
        self.states.push(self.heard.clone());
        self.distances.push(self.distance());
        self.wait = if self.states.len() == STEPS { 40 } else { 2 };
    }

    fn draw(&self) -> Drawing {
        let mut drawing = Drawing::new(
            "Eight units over time: stripes that begin strongly and fade; below, what is left of the first word.",
        );
        let (left, width) = (8.0, 224.0);
        let step = width / STEPS as f32;
        let mut values = vec![0.0; UNITS * STEPS];
        for (column, state) in self.states.iter().enumerate() {
            for (row, value) in state.iter().enumerate() {
                values[row * STEPS + column] = *value;
            }
        }
        drawing.pixels((left, 8.0), (width, 76.0), STEPS, values, Ramp::Signed);
        drawing.frame((left, 8.0), (width, 76.0), Tone::Line, 1.0);
        for (column, distance) in self.distances.iter().enumerate() {
            let high = 36.0 * distance / self.distances[0];
            drawing.block((left + step * column as f32 + 0.5, 132.0 - high), (step - 1.0, high.max(0.6)), Tone::One);
        }
        drawing.line((left, 132.0), (left + width, 132.0), Tone::Soft, 1.0);
        drawing.words((left + width, 100.0), "left of the first word", 11.0, Tone::Soft, Hold::Right);
        drawing.words((left + width, 142.0), format!("step {}", self.states.len()), 10.0, Tone::Soft, Hold::Right);
        drawing
    }
}

const SHOWN: usize = 76;

/// One LSTM cell whose gates open when a word is marked, beside a plain unit that hears the same.
pub struct Cell {
    dice: Dice,
    time: usize,
    cell: f32,
    plain: f32,
    next: usize,
    /// Input, marked or not, cell and plain unit, step by step.
    history: Vec<(f32, bool, f32, f32)>,
}

impl Cell {
    /// A cell that is listening already.
    pub fn new(seed: u64) -> Self {
        let mut it = Self { dice: Dice::new(seed), time: 0, cell: 0.0, plain: 0.0, next: 6, history: Vec::new() };
        // It has been listening for a while before anybody looks.
        (0..2 * SHOWN).for_each(|_| it.step());
        it
    }
}

fn logistic(sum: f32) -> f32 {
    1.0 / (1.0 + (-sum).exp())
}

impl Live for Cell {
    fn step(&mut self) {
        self.time += 1;
        if self.time % 2 == 1 {
            return;
        }
        let marked = self.next == 0;
        let input = if marked {
            // Alternate in sign, so that every mark is a change one can see.
            -self.cell.signum() * self.dice.between(0.8, 1.2)
        } else {
            0.55 * self.dice.normal()
        };
        self.next = if marked { 34 + self.dice.below(14) } else { self.next - 1 };
        // The equations of the cell, with weights set by hand: the mark opens the input gate and closes the forget gate.
        let mark = f32::from(marked);
        let write = logistic(16.0 * mark - 8.0);
        let keep = logistic(8.0 - 16.0 * mark);
        self.cell = keep * self.cell + write * (1.2 * input).tanh();
        // The plain unit has one weight on itself and one on its input; the mark can only speak up.
        self.plain = (0.88 * self.plain + (0.12 + 1.0 * mark) * input).tanh();
        self.history.push((input, marked, self.cell, self.plain));
        if self.history.len() > SHOWN {
            self.history.remove(0);
        }
    }

    fn draw(&self) -> Drawing {
        let mut drawing = Drawing::new(
            "A noisy input; the LSTM cell takes it in only where it is marked and then stays level, a plain unit drifts.",
        );
        let place = |index: usize, value: f32, middle: f32, high: f32| {
            (8.0 + 224.0 * index as f32 / (SHOWN - 1) as f32, middle - high * value)
        };
        drawing.line((8.0, 30.0), (232.0, 30.0), Tone::Line, 1.0);
        drawing.line((8.0, 102.0), (232.0, 102.0), Tone::Line, 1.0);
        for (index, (input, marked, _, _)) in self.history.iter().enumerate() {
            let tip = place(index, input.clamp(-1.5, 1.5), 30.0, 14.0);
            drawing.line(
                (tip.0, 30.0),
                tip,
                if *marked { Tone::One } else { Tone::Soft },
                if *marked { 3.0 } else { 1.4 },
            );
            if *marked {
                drawing.line((tip.0, 54.0), (tip.0, 140.0), Tone::Line, 1.0);
            }
        }
        let trace = |pick: fn(&(f32, bool, f32, f32)) -> f32| -> Vec<(f32, f32)> {
            self.history.iter().enumerate().map(|(index, at)| place(index, pick(at), 102.0, 38.0)).collect()
        };
        drawing.path(trace(|at| at.3), Tone::Zero, 1.6);
        drawing.path(trace(|at| at.2), Tone::One, 2.6);
        drawing.words((10.0, 60.0), "cell", 11.0, Tone::One, Hold::Left);
        drawing.words((40.0, 60.0), "plain unit", 11.0, Tone::Zero, Hold::Left);
        drawing.words((10.0, 8.0), "input", 11.0, Tone::Soft, Hold::Left);
        drawing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_echo_fades() {
        for seed in 0..20 {
            let mut it = Echo::new(seed);
            while it.states.len() < STEPS {
                it.step();
            }
            assert!(it.distances[STEPS - 1] < 0.1 * it.distances[0], "seed {seed}: {:?}", it.distances);
        }
    }

    #[test]
    fn the_cell_holds_what_was_marked() {
        let mut it = Cell::new(1);
        for _ in 0..2000 {
            let before = it.cell;
            it.step();
            let marked = it.history.last().is_some_and(|at| at.1);
            // With the gates at .0003 and .9997 a step may change it by a thousandth at most.
            assert!(marked || (it.cell - before).abs() < 1.1e-3, "{before} {}", it.cell);
        }
    }
}
