//! Hopfield network, 1982: a memory that rolls downhill to the nearest thing it knows.

pub mod page;
mod settings;
pub mod task;

use models::{
    data::{letters, patterns::Pattern},
    foundations::{
        hopfield::{Diagnosis, Rule},
        recall::End,
    },
};
use serde::{Deserialize, Serialize};

use crate::{
    lesson::{FigureNote, Lesson, Part},
    session::protocol::{Protocol, Series},
};
pub use settings::{ALL_DIGITS, Settings, letter_bits};

/// The lesson.
pub const LESSON: Lesson = Lesson {
    slug: "hopfield",
    parts: &[
        Part {
            id: "hebb",
            name: "Hebb’s rule",
            does: "Units that agree in a pattern are tied together, units that differ push each other apart.",
            file: "foundations/hopfield.rs",
            lines: ("fn hebb(", "    weights"),
        },
        Part {
            id: "field",
            name: "Field",
            does: "What a unit hears: all other units, weighed and added up.",
            file: "foundations/hopfield.rs",
            lines: ("pub fn field(", "    }"),
        },
        Part {
            id: "update",
            name: "Update",
            does: "A unit that stands against its field turns; the energy falls by twice what it stood against.",
            file: "foundations/recall.rs",
            lines: ("pub fn update_one(", "Some((unit, turns))"),
        },
        Part {
            id: "energy",
            name: "Energy",
            does: "One number for the whole state. No single turn can raise it.",
            file: "foundations/hopfield.rs",
            lines: ("pub fn energy(", "-0.5 * state.iter()"),
        },
        Part {
            id: "pseudo-inverse",
            name: "Pseudo-inverse",
            does: "The patterns are made orthogonal first, so that they do not disturb each other.",
            file: "foundations/hopfield.rs",
            lines: ("fn pseudo_inverse(", "    weights"),
        },
        Part {
            id: "storkey",
            name: "Storkey’s rule",
            does: "Each new pattern is tied in less where the others already speak for it.",
            file: "foundations/hopfield.rs",
            lines: ("fn storkey(", "weights[i * units + j] +="),
        },
        Part {
            id: "dense",
            name: "Dense network",
            does: "No weights: the nearest pattern speaks exponentially louder than the next.",
            file: "foundations/hopfield.rs",
            lines: ("fn dense_field(", "    }"),
        },
    ],
    figures: &[
        FigureNote { id: "recall", technique: "state-reconstruction", shows: "a damaged pattern as it comes back" },
        FigureNote { id: "stored", technique: "state-reconstruction", shows: "which stored patterns hold" },
        FigureNote { id: "energy", technique: "learning-curves", shows: "the energy at every update" },
        FigureNote { id: "overlaps", technique: "state-reconstruction", shows: "how near each pattern is" },
        FigureNote { id: "surface", technique: "loss-landscape", shows: "energy over a plane of states" },
        FigureNote { id: "capacity-curve", technique: "learning-curves", shows: "what holds, against the load" },
    ],
    experiments: &["recall", "all-ten", "blend", "average", "capacity", "dense"],
};

/// The lesson's messages.
#[derive(Clone, Copy, Debug)]
pub struct Hopfield;

impl Protocol for Hopfield {
    const SLUG: &'static str = LESSON.slug;
    const COMMANDS_CHANGE_RUN: bool = true;
    type Settings = Settings;
    type Command = Command;
    type Snapshot = Snapshot;
}

/// What the reader can do to the running state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Makes one unit ink or paper.
    Paint {
        /// Which.
        unit: u32,
        /// Ink?
        ink: bool,
    },
    /// Goes on from another state.
    Show(Pattern),
}

/// Where patterns come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Data {
    /// Ten capital letters.
    Letters,
    /// The first MNIST digit of each class, ink or paper.
    Digits,
    /// Coins thrown for every unit.
    Random,
    /// Patterns the reader drew.
    Drawn,
}

impl Data {
    /// Every choice, in the order of the chips.
    pub const ALL: [Data; 4] = [Data::Letters, Data::Digits, Data::Random, Data::Drawn];

    /// The chip's word.
    pub fn name(self) -> &'static str {
        match self {
            Data::Letters => "Letters",
            Data::Digits => "Digits",
            Data::Random => "Random patterns",
            Data::Drawn => "Your own",
        }
    }

    /// The address's word.
    pub fn id(self) -> &'static str {
        match self {
            Data::Letters => "letters",
            Data::Digits => "digits",
            Data::Random => "random",
            Data::Drawn => "drawn",
        }
    }

    /// The choice behind an address's word.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|data| data.id() == id)
    }

    /// Pixels along one side of a pattern.
    pub fn side(self) -> usize {
        match self {
            Data::Letters | Data::Drawn => letters::SIDE,
            Data::Digits | Data::Random => 28,
        }
    }

    /// Units, one for each pixel.
    pub fn units(self) -> usize {
        self.side() * self.side()
    }
}

/// The rules with the page's and the address's word, in the order of the chips.
pub const RULES: [(Rule, &str, &str); 4] = [
    (Rule::Hebb, "Hebb", "hebb"),
    (Rule::PseudoInverse, "pseudo-inverse", "pseudo-inverse"),
    (Rule::Storkey, "Storkey", "storkey"),
    (Rule::Dense, "dense network", "dense"),
];

/// The rule's word in a sentence.
pub fn rule_name(rule: Rule) -> &'static str {
    RULES.iter().find(|(known, ..)| *known == rule).map_or("", |(_, name, _)| name)
}

/// Whether a session recalls or measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Study {
    /// One state on its way down.
    Recall,
    /// Overlap against load, for random patterns.
    Capacity,
}

/// The most patterns that a reader may draw.
pub const MOST_OWN: usize = 8;
/// The most random patterns.
pub const MOST_RANDOM: u32 = 120;
/// Patterns that figures show; of more, the first.
pub const SHOWN: usize = 10;

/// Units of the networks whose capacity is measured.
pub const UNITS: usize = 400;
/// Networks for each load.
pub const TRIALS: usize = 4;
/// Patterns for each unit, at which capacity is measured.
pub const LOADS: [f32; 14] = [0.02, 0.04, 0.06, 0.08, 0.1, 0.11, 0.12, 0.13, 0.14, 0.15, 0.16, 0.18, 0.22, 0.3];
/// Where theory, for endlessly many units, sees Hebb's memory break down (Amit, Gutfreund, Sompolinsky 1985).
pub const CRITICAL_LOAD: f64 = 0.138;

/// The curve of the energy.
pub const ENERGY: Series = Series::Own(0);
/// The curve of the overlap with the first stored pattern; the next ones follow.
pub const OVERLAPS: u16 = 1;

/// What the figures of one frame are drawn from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Snapshot {
    /// One state on its way down.
    Recall(Box<View>),
    /// Patterns for each unit, and the mean overlap that is left of them.
    Capacity(Vec<(f32, f32)>),
}

impl Snapshot {
    /// The state on its way down, if it is one.
    pub fn view(&self) -> Option<&View> {
        match self {
            Snapshot::Recall(view) => Some(view),
            Snapshot::Capacity(_) => None,
        }
    }
}

/// The state, and everything that can be said about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// Pixels along one side.
    pub side: u32,
    /// The state, row by row.
    pub state: Pattern,
    /// The first stored patterns.
    pub patterns: Vec<Pattern>,
    /// The names of all stored patterns.
    pub names: Vec<String>,
    /// Which of all stored patterns are stable.
    pub stable: Vec<bool>,
    /// In how many different states the first stored patterns end when they are shown without damage.
    pub ends: u32,
    /// What the state is.
    pub diagnosis: Diagnosis,
    /// The stored pattern, or its reverse, that the state is most like.
    pub nearest: Option<Pattern>,
    /// Its energy.
    pub energy: f64,
    /// How it ended.
    pub end: Option<End>,
    /// The unit that is asked next, if they are asked one by one.
    pub next: Option<u32>,
    /// What that unit hears.
    pub field: f32,
    /// That unit's weights; empty for the dense network.
    pub row: Vec<f32>,
    /// The units of the diagram.
    pub shown: Vec<ShownUnit>,
    /// Least, mean and greatest of what all units hear, and of its signs.
    pub fields: [Option<[f32; 3]>; 2],
    /// The weights between them, row by row; empty for the dense network.
    pub ties: Vec<f32>,
    /// Whether the first of them was asked last, and then whether it turned.
    pub asked: Option<bool>,
    /// Units that differed from the cue at the start, and that differ from it now.
    pub wrong: (u32, u32),
    /// Turns so far.
    pub turned: u64,
    /// The share of units on which the state agrees with the majority of the stored patterns.
    pub majority: f32,
    /// Weights averaged over blocks of units: blocks along one side, values row by row.
    pub weights: (u32, Vec<f32>),
    /// Energy over the plane through two stored patterns.
    pub surface: Option<Surface>,
}

/// What a unit becomes that is asked under this field; without one it stays.
pub fn decided(field: f32, state: i8) -> f32 {
    if field == 0.0 { state.into() } else { field.signum() }
}

/// A unit of the diagram.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShownUnit {
    /// Its number, counted from 0.
    pub unit: u32,
    /// Its state; of the unit that was asked last, before it was.
    pub state: i8,
    /// What it hears.
    pub field: f32,
}

/// The energy over a plane of states, and the way of the state across it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Surface {
    /// The two stored patterns that span the plane.
    pub patterns: (u32, u32),
    /// Values along one side.
    pub side: u32,
    /// Energies, row by row: agreement where the two differ runs along a row from -1 to 1, agreement where they are
    /// alike from row to row.
    pub values: Vec<f32>,
    /// The state after every turn: across, up, its true energy.
    pub path: Vec<(f32, f32, f32)>,
}

/// A diagnosis in words.
pub fn words(diagnosis: &Diagnosis, names: &[String]) -> String {
    let name = |index: usize| names.get(index).map_or("?", String::as_str);
    match diagnosis {
        Diagnosis::Stored(index) => format!("the stored pattern {}", name(*index)),
        Diagnosis::Reverse(index) => format!("the reverse of the stored pattern {}", name(*index)),
        Diagnosis::Blend(near) if near.is_empty() => "no stored pattern: nothing is stored".into(),
        Diagnosis::Blend(near) => {
            let parts: Vec<String> = near
                .iter()
                .take(2)
                .map(|(index, overlap)| format!("{overlap:.2} with {}", name(*index)).replace('-', "−"))
                .collect();
            format!("no stored pattern; overlap {}", parts.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blend_is_named() {
        let names = ["C", "F", "P"].map(String::from);
        let blend = Diagnosis::Blend(vec![(1, 0.94), (2, 0.9), (0, 0.5)]);
        assert_eq!(words(&blend, &names), "no stored pattern; overlap 0.94 with F, 0.90 with P");
        assert_eq!(words(&Diagnosis::Stored(2), &names), "the stored pattern P");
    }
}
