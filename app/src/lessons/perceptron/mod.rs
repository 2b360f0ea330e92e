//! Perceptron, 1958: one straight line, moved only when it is wrong.

pub mod page;
pub mod task;

use models::foundations::perceptron::Bound;
use serde::{Deserialize, Serialize};

use crate::{
    lesson::{FigureNote, Lesson, Part},
    lessons::linear::{Answer, Inputs, Linear, Question},
    session::{
        protocol::{self, MOST_STOP, Protocol},
        query::{Query, QueryWriter},
    },
};

/// The lesson.
pub const LESSON: Lesson = Lesson {
    slug: "perceptron",
    parts: &[
        Part {
            id: "sum",
            name: "Sum",
            does: "Each input is weighed; with the bias they are added up. The sign is the answer.",
            file: "foundations/perceptron.rs",
            lines: ("pub fn sum(", "    }"),
        },
        Part {
            id: "correction",
            name: "Correction",
            does: "A wrong example is added to the weights, or taken away from them. A right one changes nothing.",
            file: "foundations/perceptron.rs",
            lines: ("pub fn correct(", "        !right"),
        },
        Part {
            id: "bound",
            name: "Bound",
            does: "If a line exists, the number of corrections cannot exceed (R / γ)².",
            file: "foundations/perceptron.rs",
            lines: ("pub fn corrections(", "    }"),
        },
    ],
    figures: &[
        FigureNote { id: "boundary", technique: "decision-boundary", shows: "one line, and the point that turns it" },
        FigureNote { id: "mistakes", technique: "learning-curves", shows: "mistakes in each pass" },
        FigureNote { id: "curves", technique: "learning-curves", shows: "how far wrong sums lie on the wrong side" },
        FigureNote { id: "accuracy-curve", technique: "learning-curves", shows: "the share of right answers" },
        FigureNote { id: "weights", technique: "weight-histogram", shows: "all weights of the one unit" },
        FigureNote { id: "confusion", technique: "confusion-matrix", shows: "right and wrong at this threshold" },
        FigureNote { id: "roc", technique: "roc-pr", shows: "every threshold at once" },
        FigureNote { id: "precision-recall", technique: "roc-pr", shows: "precision against recall" },
        FigureNote { id: "weight-picture", technique: "first-layer-filters", shows: "the weights of 0 against 1" },
    ],
    experiments: &["iris", "converge", "digits", "xor", "circles"],
};

/// The lesson's messages.
#[derive(Clone, Copy, Debug)]
pub struct Perceptron;

impl Protocol for Perceptron {
    const SLUG: &'static str = LESSON.slug;
    type Settings = Settings;
    type Command = Question;
    type Snapshot = Snapshot;
}

impl Linear for Perceptron {
    fn inputs(settings: &Settings) -> &Inputs {
        &settings.inputs
    }

    fn inputs_mut(settings: &mut Settings) -> &mut Inputs {
        &mut settings.inputs
    }

    fn answer(snapshot: &Snapshot) -> &Answer {
        &snapshot.answer
    }

    const BY_ERROR: bool = false;
}

/// The settings of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// What it is shown.
    pub inputs: Inputs,
    /// Stop after this many passes; 0 never stops.
    pub passes: u32,
}

impl protocol::Settings for Settings {
    const STOP: (&'static str, &'static str) = ("passes", "passes");

    fn restarts(&self, previous: &Self) -> bool {
        self.inputs.restart(&previous.inputs)
    }

    fn classes(&self) -> Vec<String> {
        self.inputs.data.classes().map(String::from).to_vec()
    }

    fn calmer(&self) -> Self {
        self.clone()
    }

    fn stop_rule(&mut self) -> Option<&mut u32> {
        Some(&mut self.passes)
    }

    fn gains_from_gpu(&self) -> bool {
        false
    }

    fn read(query: &mut Query) -> Self {
        let inputs = Inputs::read(query);
        Self { inputs, passes: query.whole("passes", 0, MOST_STOP.into(), 0) as u32 }
    }

    fn write(&self, writer: &mut QueryWriter) {
        self.inputs.write(writer);
        writer.add("passes", self.passes, 0);
    }
}

/// What the figures of one frame are drawn from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// What it says of its examples.
    pub answer: Answer,
    /// Mistakes of every finished pass.
    pub mistakes: Vec<u32>,
    /// Corrections so far.
    pub corrections: u64,
    /// R and γ of the training points, if a line parts them.
    pub bound: Option<Bound>,
    /// The training points right with the best weights seen, of how many.
    pub best: (u32, u32),
    /// Passes before the cycle and in it, once the weights have come back.
    pub cycle: Option<(u32, u32)>,
    /// A whole pass without a mistake.
    pub converged: bool,
}

#[cfg(test)]
mod tests {
    use super::{protocol::Settings as _, *};

    #[test]
    fn settings_survive_the_address() {
        let settings = Settings { inputs: Inputs { seed: 9, ..Inputs::default() }, passes: 40 };
        let mut writer = QueryWriter::default();
        settings.write(&mut writer);
        assert_eq!(Settings::read(&mut Query::parse(&writer.finish())), settings);
    }
}
