//! The denoising diffusion probabilistic model, 2020: a picture out of noise, step by step.
//!
//! Two networks are at work. A small one learns points of a plane here, and its answer at every place is a field of arrows;
//! the bench is its own. A large one was trained before and draws pictures; it lives in a worker of its own
//! ([`settings::Role`]), so that the one learns while the other draws.

pub mod page;
pub mod pictures;
pub mod points;
pub mod settings;
pub mod task;

use serde::{Deserialize, Serialize};

pub use self::settings::Settings;
use crate::{
    lesson::{FigureNote, Lesson, Part},
    session::protocol::Protocol,
};

/// The lesson.
pub const LESSON: Lesson = Lesson {
    slug: "ddpm",
    parts: &[
        Part {
            id: "forward",
            name: "Noise",
            does: "The picture, weakened, and noise that makes up for it.",
            file: "generative/diffusion.rs",
            lines: ("pub fn noised", "signal * x + spread * e"),
        },
        Part {
            id: "backward",
            name: "A step back",
            does: "The clean picture that the network sees, under a little less noise than before.",
            file: "generative/diffusion.rs",
            lines: ("fn move_to(", "self.stir(sigma);"),
        },
        Part {
            id: "guidance",
            name: "Guidance",
            does: "The answer with the class, carried on beyond the answer without.",
            file: "generative/diffusion.rs",
            lines: ("pub fn guided", "any + weight * (class - any)"),
        },
    ],
    figures: &[
        FigureNote { id: "forward", technique: "denoising", shows: "any picture, drowned in noise" },
        FigureNote { id: "schedule", technique: "denoising", shows: "how much of the picture is left when" },
        FigureNote { id: "reverse", technique: "denoising", shows: "a picture out of noise, step by step" },
        FigureNote { id: "classes", technique: "sample-grid", shows: "every class out of the same noise" },
        FigureNote { id: "judged", technique: "sample-grid", shows: "pictures, and what LeNet calls them" },
        FigureNote { id: "inpaint", technique: "denoising", shows: "a hole, filled out of different noise" },
        FigureNote { id: "checkpoints", technique: "sample-grid", shows: "the same noise at several ages" },
        FigureNote { id: "steps-pictures", technique: "sample-grid", shows: "the same noise in few steps and in many" },
        FigureNote { id: "guidance-pictures", technique: "sample-grid", shows: "guidance, weak to strong" },
    ],
    experiments: &["judge", "few-steps", "cost", "guidance"],
};

/// The lesson's messages.
#[derive(Clone, Copy, Debug)]
pub struct Ddpm;

impl Protocol for Ddpm {
    const SLUG: &'static str = LESSON.slug;
    type Settings = Settings;
    type Command = Command;
    type Snapshot = Snapshot;
}

/// What the reader can ask of the running task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Of the network of points.
    Points(points::Command),
    /// Of the network of pictures.
    Pictures(pictures::Command),
}

/// What the figures of one frame are drawn from: one of the two, as the role of the session has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Snapshot {
    /// The network of points.
    Points(points::View),
    /// The network of pictures.
    Pictures(pictures::View),
}
