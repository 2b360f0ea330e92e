//! ADALINE, 1960: the same line as the perceptron's, but it learns from how wrong it is.

pub mod page;
pub mod task;

use models::data::points::PointKind;
use serde::{Deserialize, Serialize};

use crate::{
    lesson::{FigureNote, Lesson, Part},
    lessons::linear::{Answer, Data, Inputs, Linear, Question},
    session::{
        protocol::{self, MOST_STOP, Protocol},
        query::{Query, QueryWriter},
    },
};

/// The lesson.
pub const LESSON: Lesson = Lesson {
    slug: "adaline",
    parts: &[
        Part {
            id: "sum",
            name: "Sum",
            does: "Each input is weighed; with the bias they are added up. The sum itself is compared with the target.",
            file: "foundations/adaline.rs",
            lines: ("pub fn sum(", "    }"),
        },
        Part {
            id: "correction",
            name: "Correction",
            does: "The weights move by the error, times the rate, times the input. A right answer is corrected too.",
            file: "foundations/adaline.rs",
            lines: ("pub fn correct(", "self.bias += rate * error"),
        },
        Part {
            id: "error",
            name: "Error",
            does: "Half the mean of all squared errors: a bowl over the weights.",
            file: "foundations/adaline.rs",
            lines: ("pub fn loss(", "    }"),
        },
        Part {
            id: "limit",
            name: "Limit",
            does: "Where the bowl bends most, it sets the largest rate at which batch learning settles.",
            file: "foundations/adaline.rs",
            lines: ("pub fn stable_rate(", "    }"),
        },
    ],
    figures: &[
        FigureNote { id: "boundary", technique: "decision-boundary", shows: "the line of least squared error" },
        FigureNote { id: "twin-boundary", technique: "decision-boundary", shows: "the perceptron on the same points" },
        FigureNote { id: "bowl", technique: "loss-landscape", shows: "the squared-error bowl and the way down" },
        FigureNote { id: "curves", technique: "learning-curves", shows: "the squared error, step by step" },
        FigureNote {
            id: "accuracy",
            technique: "learning-curves",
            shows: "the points on the right side, step by step",
        },
        FigureNote { id: "gradients", technique: "gradient-flow", shows: "the slope of the bowl under the unit" },
        FigureNote { id: "weights", technique: "weight-histogram", shows: "all weights of the one unit" },
        FigureNote { id: "confusion", technique: "confusion-matrix", shows: "right and wrong at this threshold" },
        FigureNote { id: "roc", technique: "roc-pr", shows: "every threshold at once" },
        FigureNote { id: "precision-recall", technique: "roc-pr", shows: "precision against recall" },
        FigureNote { id: "weight-picture", technique: "first-layer-filters", shows: "the weights of 0 against 1" },
    ],
    experiments: &["sets", "iris", "digits", "limit", "xor", "circles", "outlier"],
};

/// The lesson's messages.
#[derive(Clone, Copy, Debug)]
pub struct Adaline;

impl Protocol for Adaline {
    const SLUG: &'static str = LESSON.slug;
    type Settings = Settings;
    type Command = Question;
    type Snapshot = Snapshot;
}

impl Linear for Adaline {
    fn inputs(settings: &Settings) -> &Inputs {
        &settings.inputs
    }

    fn inputs_mut(settings: &mut Settings) -> &mut Inputs {
        &mut settings.inputs
    }

    fn answer(snapshot: &Snapshot) -> &Answer {
        &snapshot.answer
    }

    const BY_ERROR: bool = true;
}

/// How many examples one step looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Batch {
    /// One after the other, as the machine did.
    One,
    /// All of them, as theory likes it.
    All,
}

impl Batch {
    /// Every choice, in the order of the chips.
    pub const ALL: [Batch; 2] = [Batch::One, Batch::All];

    /// The chip's words.
    pub fn name(self) -> &'static str {
        match self {
            Batch::One => "one example",
            Batch::All => "all examples",
        }
    }

    /// The address's word.
    pub fn id(self) -> &'static str {
        match self {
            Batch::One => "one",
            Batch::All => "all",
        }
    }

    /// The choice behind an address's word.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|batch| batch.id() == id)
    }
}

/// The least and the largest learning rate.
pub const RATES: (f64, f64) = (1e-5, 10.0);

/// The settings of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// What it is shown.
    pub inputs: Inputs,
    /// The learning rate η; 0 takes the one that suits the data.
    pub rate: f32,
    /// Examples of one step.
    pub batch: Batch,
    /// Stop after this many steps; 0 never stops.
    pub stop: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { inputs: Inputs::default(), rate: 0.0, batch: Batch::One, stop: 0 }
    }
}

impl Settings {
    /// The rate that is used: the chosen one, or one that suits the length of the inputs: the longer, the smaller.
    pub fn rate(&self) -> f32 {
        match (self.rate, self.inputs.data) {
            (0.0, Data::Digits) => 0.002,
            (0.0, Data::Iris) => 0.005,
            (0.0, Data::Points(PointKind::Clouds | PointKind::Moons)) => 0.05,
            (0.0, _) => 0.1,
            (rate, _) => rate,
        }
    }
}

impl protocol::Settings for Settings {
    fn restarts(&self, previous: &Self) -> bool {
        self.inputs.restart(&previous.inputs) || self.batch != previous.batch
    }

    fn classes(&self) -> Vec<String> {
        self.inputs.data.classes().map(String::from).to_vec()
    }

    fn calmer(&self) -> Self {
        Self { rate: self.rate() / 3.0, ..self.clone() }
    }

    fn stop_rule(&mut self) -> Option<&mut u32> {
        Some(&mut self.stop)
    }

    fn gains_from_gpu(&self) -> bool {
        false
    }

    fn read(query: &mut Query) -> Self {
        let inputs = Inputs::read(query);
        Self {
            inputs,
            rate: query.number("rate", 0.0, RATES.1, 0.0) as f32,
            batch: query.choice("batch", Batch::from_id, Batch::One),
            stop: query.whole("stop", 0, MOST_STOP.into(), 0) as u32,
        }
    }

    fn write(&self, writer: &mut QueryWriter) {
        self.inputs.write(writer);
        writer.add("rate", self.rate, 0.0);
        writer.add("batch", self.batch.id(), Batch::One.id());
        writer.add("stop", self.stop, 0);
    }
}

/// What the figures of one frame are drawn from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// What it says of its examples.
    pub answer: Answer,
    /// The bowl around the unit, and the way it came.
    pub bowl: Option<BowlView>,
    /// ½ mean squared error on the training examples.
    pub loss: f64,
    /// The training examples on the right side of zero, of how many.
    pub right: (u32, u32),
}

/// A slice of the bowl: exact, for the error is a square.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BowlView {
    /// Where the unit was, along the two directions, oldest first; the last is where it is.
    pub path: Vec<(f32, f32)>,
    /// The lowest place of the slice, and the error there; the other weights as they are.
    pub bottom: Option<((f32, f32), f64)>,
    /// The bends along and between them, everywhere.
    pub bends: [f64; 3],
    /// The largest stable rate of batch learning.
    pub stable_rate: f64,
    /// What the two directions are.
    pub labels: [String; 2],
}

#[cfg(test)]
mod tests {
    use super::{protocol::Settings as _, *};

    #[test]
    fn settings_survive_the_address() {
        let inputs = Inputs { seed: 9, data: Data::Iris, ..Inputs::default() };
        let settings = Settings { inputs, rate: 0.25, batch: Batch::All, stop: 40 };
        let mut writer = QueryWriter::default();
        settings.write(&mut writer);
        assert_eq!(Settings::read(&mut Query::parse(&writer.finish())), settings);
    }
}
