//! The worker half: one correction a step, and everything that can be said about the line.

use models::{
    foundations::perceptron::{self, Bound, CycleDetector},
    weights::{self, Parameters},
};
use serde::{Deserialize, Serialize};

use crate::{
    lessons::{
        linear::{
            Answer, Asked, Plane, Question,
            examples::{self, Examples},
        },
        perceptron::{Perceptron, Settings, Snapshot},
    },
    session::{
        protocol::{CurvePoint, Remedy, Series, Trouble, decode, encode},
        serve::{self, Context, plot},
    },
};

/// Mistakes of passes kept.
const MOST_PASSES: usize = 5000;

/// The running task.
pub struct Task {
    settings: Settings,
    examples: Examples,
    bound: Option<Bound>,
    state: State,
    asked: Asked,
    detector: CycleDetector,
    curves: Vec<CurvePoint>,
}

/// What decides how the run goes on.
#[derive(Clone, Serialize, Deserialize)]
struct State {
    unit: perceptron::Perceptron,
    cursor: usize,
    passes: u32,
    in_pass: u32,
    corrections: u64,
    mistakes: Vec<u32>,
    corrected: Option<u32>,
    before: Option<perceptron::Perceptron>,
    best: u32,
    cycle: Option<(u32, u32)>,
    converged: bool,
}

impl serve::Task for Task {
    type Protocol = Perceptron;

    async fn start(settings: Settings, context: Context) -> Result<Self, Trouble> {
        let examples = Examples::load(&settings.inputs, &context).await?;
        let bound = perceptron::bound(&examples.signed());
        let unit = perceptron::Perceptron::new(examples.features());
        let state = State {
            unit,
            cursor: 0,
            passes: 0,
            in_pass: 0,
            corrections: 0,
            mistakes: Vec::new(),
            corrected: None,
            before: None,
            best: 0,
            cycle: None,
            converged: false,
        };
        let mut detector = CycleDetector::new();
        detector.observe(&state.unit);
        // Nothing is measured yet: before its first correction every sum is zero, which is neither right nor wrong.
        Ok(Self { settings, examples, bound, state, asked: Asked::default(), detector, curves: Vec::new() })
    }

    /// Looks at one example after the other until one is wrong, and corrects that one.
    fn step(&mut self) -> Result<bool, Trouble> {
        if self.is_over() {
            return Ok(false);
        }
        for _ in 0..=self.examples.training.len() {
            if self.state.cursor == self.examples.training.len() {
                self.end_pass();
                if self.is_over() {
                    return Ok(false);
                }
            }
            let index = self.state.cursor;
            self.state.cursor += 1;
            let before = self.state.unit.clone();
            let (x, target) = self.examples.example(index);
            if self.state.unit.correct(x, target) {
                self.state.before = Some(before);
                self.state.corrected = Some(index as u32);
                self.state.corrections += 1;
                self.state.in_pass += 1;
                if !self.examples.is_large() {
                    self.state.best = self.state.best.max(self.right());
                }
                self.measure();
                break;
            }
        }
        Ok(!self.is_over())
    }

    fn configure(&mut self, settings: Settings) {
        self.settings = settings;
    }

    async fn command(&mut self, question: Question) -> Result<(), Trouble> {
        self.asked.hear(question);
        Ok(())
    }

    async fn snapshot(&mut self, curves: &mut Vec<CurvePoint>) -> Result<Snapshot, Trouble> {
        curves.append(&mut self.curves);
        let unit = &self.state.unit;
        let threshold = self.settings.inputs.threshold;
        Ok(Snapshot {
            answer: Answer::new(&self.examples, self.plane(), &unit.weights, unit.bias, threshold, &self.asked),
            mistakes: self.state.mistakes.clone(),
            corrections: self.state.corrections,
            bound: self.bound,
            best: (self.state.best, self.examples.training.len() as u32),
            cycle: self.state.cycle,
            converged: self.state.converged,
        })
    }

    fn steps(&self) -> u64 {
        self.state.corrections
    }

    fn finished(&self) -> Option<String> {
        let State { passes, corrections, .. } = self.state;
        if self.state.converged {
            return Some(format!("Pass {passes} made no mistake: it is done, after {corrections} corrections."));
        }
        self.is_over().then(|| format!("Stopped after {passes} passes, as the settings ask."))
    }

    async fn save(&mut self) -> Result<Vec<u8>, Trouble> {
        Ok(encode(&self.state))
    }

    async fn weights(&mut self) -> Result<Parameters, Trouble> {
        Ok(weights::of_unit(&self.state.unit.weights, self.state.unit.bias))
    }

    async fn take_weights(&mut self, parameters: &Parameters) -> Result<(), Trouble> {
        let (weights, bias) = weights::to_unit(parameters, self.examples.features())?;
        self.state.unit = perceptron::Perceptron { weights, bias };
        self.curves.clear();
        self.measure();
        Ok(())
    }

    async fn restore(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let state: State = decode(bytes)?;
        let fits = state.unit.weights.len() == self.examples.features() && state.cursor <= self.examples.training.len();
        if !fits {
            return Err(Trouble::new("That checkpoint belongs to other data.", Remedy::Dismiss));
        }
        self.state = state;
        self.curves.clear();
        // What the detector remembers belongs to another course of the run; a cycle is found again one round later.
        self.detector = CycleDetector::new();
        Ok(())
    }
}

impl Task {
    fn is_over(&self) -> bool {
        let stop = self.settings.passes;
        self.state.converged || (stop > 0 && self.state.passes >= stop)
    }

    fn end_pass(&mut self) {
        let state = &mut self.state;
        state.cursor = 0;
        state.passes += 1;
        if state.mistakes.len() < MOST_PASSES {
            state.mistakes.push(state.in_pass);
        }
        state.converged = state.in_pass == 0;
        state.in_pass = 0;
        if !state.converged && state.cycle.is_none() {
            state.cycle = self.detector.observe(&state.unit).map(|cycle| (cycle.begins as u32, cycle.length as u32));
        }
        let right = self.right();
        self.state.best = self.state.best.max(right);
        self.measure();
    }

    /// Accuracies and the perceptron criterion: how far, on average, the wrong sums lie on the wrong side.
    fn measure(&mut self) {
        let step = self.state.corrections;
        if self.examples.is_large() && !step.is_multiple_of(10) && self.state.in_pass != 0 {
            return;
        }
        let unit = &self.state.unit;
        let series = [
            (&self.examples.training, Series::Loss, Series::Accuracy),
            (&self.examples.held_out, Series::ValidationLoss, Series::ValidationAccuracy),
        ];
        for (examples, loss, accuracy) in series {
            let (mut wrong_side, mut right) = (0.0, 0);
            for (x, class) in examples {
                let towards = unit.sum(x) * if *class == 1 { 1.0 } else { -1.0 };
                wrong_side += (-towards).max(0.0);
                right += usize::from(towards > 0.0);
            }
            let count = examples.len() as f32;
            plot(&mut self.curves, loss, step, wrong_side / count);
            plot(&mut self.curves, accuracy, step, right as f32 / count);
        }
        for (class, right) in self.examples.right_by_class(|x| unit.sum(x)).into_iter().enumerate() {
            plot(&mut self.curves, Series::Class(class as u16), step, right);
        }
    }

    fn plane(&self) -> Plane {
        let threshold = self.settings.inputs.threshold;
        let line = |unit: &perceptron::Perceptron| self.examples.line(|x| unit.sum(x) - threshold);
        self.examples.plane(line(&self.state.unit), self.state.before.as_ref().map(line), self.state.corrected)
    }

    fn right(&self) -> u32 {
        examples::right(&self.examples.signed(), |x| self.state.unit.sum(x))
    }
}
