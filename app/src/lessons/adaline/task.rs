//! The worker half: one step of least mean squares, and the bowl it happens in.

use models::{
    foundations::adaline::{self, Bowl},
    weights::{self, Parameters},
};
use serde::{Deserialize, Serialize};

use crate::{
    lessons::{
        adaline::{Adaline, Batch, BowlView, Settings, Snapshot},
        linear::{
            Answer, Asked, Question,
            examples::{self, Examples},
        },
    },
    session::{
        protocol::{CurvePoint, Remedy, Series, Trouble, decode, encode},
        serve::{self, Context, plot},
    },
};

/// Places of the path kept; beyond that every second one goes.
const MOST_PLACES: usize = 400;
/// An error beyond this has left the bowl for good.
const LOST: f32 = 1e20;

/// The running task.
pub struct Task {
    settings: Settings,
    examples: Examples,
    bowl: Option<Bowl>,
    labels: [String; 2],
    state: State,
    asked: Asked,
    curves: Vec<CurvePoint>,
}

/// What decides how the run goes on.
#[derive(Clone, Serialize, Deserialize)]
struct State {
    unit: adaline::Adaline,
    cursor: usize,
    steps: u64,
    path: Vec<(f32, f32)>,
    looked_at: Option<u32>,
}

impl serve::Task for Task {
    type Protocol = Adaline;

    async fn start(settings: Settings, context: Context) -> Result<Self, Trouble> {
        let examples = Examples::load(&settings.inputs, &context).await?;
        let (bowl, labels) = slice(&examples, settings.batch);
        let unit = adaline::Adaline::new(examples.features());
        let state = State { unit, cursor: 0, steps: 0, path: Vec::new(), looked_at: None };
        let asked = Asked::default();
        let mut task = Self { settings, examples, bowl, labels, state, asked, curves: Vec::new() };
        task.measure();
        task.measure_slope();
        Ok(task)
    }

    fn step(&mut self) -> Result<bool, Trouble> {
        if self.is_over() {
            return Ok(false);
        }
        let rate = self.settings.rate();
        let saw_all = match self.settings.batch {
            Batch::All => {
                self.state.unit.descend(&self.examples.signed(), rate);
                true
            }
            Batch::One => {
                let index = self.state.cursor;
                let (x, target) = self.examples.example(index);
                self.state.unit.correct(x, target, rate);
                self.state.looked_at = Some(index as u32);
                self.state.cursor = (index + 1) % self.examples.training.len();
                self.state.cursor == 0
            }
        };
        self.state.steps += 1;
        if saw_all {
            self.measure_slope();
        }
        if self.state.steps.is_multiple_of(self.spacing()) {
            // Not `>`: an error that is no number is lost too.
            let is_here = self.measure() < LOST;
            if !is_here {
                let sentence = format!(
                    "After {} steps the error is beyond all bounds: each step overshoots by more than it gains.",
                    self.state.steps
                );
                return Err(Trouble::new(sentence, Remedy::Calmer));
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
        let line = self.examples.line(|x| unit.sum(x) - threshold);
        let plane = self.examples.plane(line, None, self.state.looked_at);
        let signed = self.examples.signed();
        let loss = unit.loss(&signed).into();
        Ok(Snapshot {
            answer: Answer::new(&self.examples, plane, &unit.weights, unit.bias, threshold, &self.asked),
            bowl: self.bowl_view(&signed, loss),
            loss,
            right: (examples::right(&signed, |x| unit.sum(x)), signed.len() as u32),
        })
    }

    fn steps(&self) -> u64 {
        self.state.steps
    }

    fn finished(&self) -> Option<String> {
        serve::stopped(self.settings.stop, self.state.steps)
    }

    async fn save(&mut self) -> Result<Vec<u8>, Trouble> {
        Ok(encode(&self.state))
    }

    async fn weights(&mut self) -> Result<Parameters, Trouble> {
        Ok(weights::of_unit(&self.state.unit.weights, self.state.unit.bias))
    }

    async fn take_weights(&mut self, parameters: &Parameters) -> Result<(), Trouble> {
        let (weights, bias) = weights::to_unit(parameters, self.examples.features())?;
        self.state.unit = adaline::Adaline { weights, bias };
        self.curves.clear();
        self.measure();
        self.measure_slope();
        Ok(())
    }

    async fn restore(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let state: State = decode(bytes)?;
        let fits = state.unit.weights.len() == self.examples.features() && state.cursor < self.examples.training.len();
        if !fits {
            return Err(Trouble::new("That checkpoint belongs to other data.", Remedy::Dismiss));
        }
        self.state = state;
        self.curves.clear();
        Ok(())
    }
}

impl Task {
    fn is_over(&self) -> bool {
        serve::is_over(self.settings.stop, self.state.steps)
    }

    /// Measuring looks at every example; it may take about as long as learning, no longer.
    fn spacing(&self) -> u64 {
        match self.settings.batch {
            Batch::All => 1,
            Batch::One if self.examples.is_large() => 20,
            Batch::One => (self.examples.training.len() as u64 / 20).max(1),
        }
    }

    /// Errors, accuracies, and the next place of the path; returns the training error.
    fn measure(&mut self) -> f32 {
        let (unit, step) = (&self.state.unit, self.state.steps);
        let signed = self.examples.signed();
        let held_out = self.examples.signed_held_out();
        let loss = unit.loss(&signed);
        let series = [
            (&signed, loss, Series::Loss, Series::Accuracy),
            (&held_out, unit.loss(&held_out), Series::ValidationLoss, Series::ValidationAccuracy),
        ];
        for (examples, error, loss, accuracy) in series {
            if !examples.is_empty() {
                plot(&mut self.curves, loss, step, error);
                plot(
                    &mut self.curves,
                    accuracy,
                    step,
                    examples::right(examples, |x| unit.sum(x)) as f32 / examples.len() as f32,
                );
            }
        }
        for (class, right) in self.examples.right_by_class(|x| unit.sum(x)).into_iter().enumerate() {
            plot(&mut self.curves, Series::Class(class as u16), step, right);
        }
        if let Some(bowl) = &self.bowl {
            let [across, up] = bowl.place(&unit.parameters()).map(|value| value as f32);
            self.state.path.push((across, up));
            if self.state.path.len() > MOST_PLACES {
                let mut index = 0_usize;
                // The beginning stays, and where it is now.
                self.state.path.retain(|_| {
                    index += 1;
                    index % 2 == 1
                });
            }
        }
        loss
    }

    /// The slope under the unit, once a pass: between single examples it swings so fast that its curve would be a band.
    fn measure_slope(&mut self) {
        let (slopes, slope_of_bias) = self.state.unit.gradient(&self.examples.signed());
        let mean = slopes.iter().map(|slope| slope.abs()).sum::<f32>() / slopes.len() as f32;
        plot(&mut self.curves, Series::Gradient(0), self.state.steps, mean);
        plot(&mut self.curves, Series::Gradient(1), self.state.steps, slope_of_bias.abs());
    }

    fn bowl_view(&self, signed: &[(&[f32], f32)], loss: f64) -> Option<BowlView> {
        let bowl = self.bowl.as_ref()?;
        let (slopes, slope_of_bias) = self.state.unit.gradient(signed);
        let slopes: Vec<f64> = slopes.iter().chain([&slope_of_bias]).map(|slope| f64::from(*slope)).collect();
        let slopes = bowl.place(&slopes);
        let mut path = self.state.path.clone();
        let [across, up] = bowl.place(&self.state.unit.parameters()).map(|value| value as f32);
        path.push((across, up));
        Some(BowlView {
            path,
            bottom: bowl.bottom(slopes).map(|off| {
                let place = ((f64::from(across) + off[0]) as f32, (f64::from(up) + off[1]) as f32);
                (place, bowl.loss_at(loss, slopes, off))
            }),
            bends: bowl.bends,
            stable_rate: bowl.stable_rate(),
            labels: self.labels.clone(),
        })
    }
}

/// The slice through the bowl that is shown, and what its two directions are. One example at a time, two weights are shown as
/// they are; theory speaks of all examples at once and of the sharpest directions, and so does the slice then.
fn slice(examples: &Examples, batch: Batch) -> (Option<Bowl>, [String; 2]) {
    let signed = examples.signed();
    if batch == Batch::One && examples.features() == 2 {
        return (Bowl::along_weights(&signed), ["weight of across", "weight of up"].map(String::from));
    }
    (Bowl::new(&signed), ["sharpest direction of the bowl", "second sharpest"].map(String::from))
}
