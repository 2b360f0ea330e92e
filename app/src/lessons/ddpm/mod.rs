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
        Part {
            id: "loss",
            name: "A training step",
            does: "A point, a time, some noise; then the square of how far the named noise is from it.",
            file: "generative/score.rs",
            lines: ("pub fn draw<R: Rng>", "Self { noisy"),
        },
        Part {
            id: "score",
            name: "The network of points",
            does: "A few layers of units that see the point and the time, and from which the noise follows.",
            file: "generative/score.rs",
            lines: ("pub fn velocity", "noisy.x.clone() * noisy.spread"),
        },
        Part {
            id: "unet",
            name: "Down and up again",
            does: "From fine maps to coarse ones and back; the way up is handed what the way down saw.",
            file: "generative/unet.rs",
            lines: ("let e = &self.embed(times, classes);", "stage(\"head\""),
        },
        Part {
            id: "embed",
            name: "Time and class",
            does: "How much noise there is, in waves, and what is to be seen; every block is told.",
            file: "generative/unet.rs",
            lines: ("pub fn embed(", "activation::silu(e + self.classes"),
        },
        Part {
            id: "block",
            name: "Block",
            does: "Two convolutions around which the input goes too; time and class scale and shift what is between them.",
            file: "generative/unet/blocks.rs",
            lines: ("[batch, inputs, rows, columns], [batch, embedding] -> ", "None => h + x"),
        },
        Part {
            id: "attention",
            name: "Attention",
            does: "Every place of a small map asks every other one.",
            file: "generative/unet/blocks.rs",
            lines: ("let h = self.norm.forward(x.clone());", "x + convolve(&self.output, mixed)"),
        },
    ],
    figures: &[
        FigureNote { id: "forward", technique: "denoising", shows: "any picture, drowned in noise" },
        FigureNote { id: "schedule", technique: "denoising", shows: "how much of the picture is left when" },
        FigureNote {
            id: "field",
            technique: "denoising",
            shows: "the learned score as arrows, and points that flow along it from noise to data",
        },
        FigureNote { id: "curves", technique: "learning-curves", shows: "training and held-out loss" },
        FigureNote {
            id: "field-error",
            technique: "learning-curves",
            shows: "how far the network is from the exact field",
        },
        FigureNote { id: "architecture", technique: "feature-maps", shows: "the U-Net with its shapes and weights" },
        FigureNote { id: "stages", technique: "feature-maps", shows: "what the boxes make of a picture on its way" },
        FigureNote { id: "gradients", technique: "gradient-flow", shows: "mean gradient of each layer" },
        FigureNote { id: "weights", technique: "weight-histogram", shows: "where the weights lie" },
        FigureNote {
            id: "stored-loss",
            technique: "learning-curves",
            shows: "the stored log of the pictures’ network",
        },
        FigureNote { id: "reverse", technique: "denoising", shows: "a picture out of noise, step by step" },
        FigureNote { id: "classes", technique: "sample-grid", shows: "every class out of the same noise" },
        FigureNote { id: "judged", technique: "sample-grid", shows: "pictures, and what LeNet calls them" },
        FigureNote { id: "inpaint", technique: "denoising", shows: "a hole, filled out of different noise" },
        FigureNote { id: "checkpoints", technique: "sample-grid", shows: "the same noise at several ages" },
        FigureNote { id: "moons-noise", technique: "denoising", shows: "points of noise before their walk" },
        FigureNote { id: "moons-test", technique: "denoising", shows: "the same points after their walk" },
        FigureNote { id: "steps-pictures", technique: "sample-grid", shows: "the same noise in few steps and in many" },
        FigureNote { id: "guidance-pictures", technique: "sample-grid", shows: "guidance, weak to strong" },
        FigureNote { id: "point-steps-test", technique: "learning-curves", shows: "points on the data against steps" },
    ],
    experiments: &["moons", "judge", "few-steps", "point-steps", "cost", "guidance"],
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
