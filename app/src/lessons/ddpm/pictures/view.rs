//! What the worker tells of the pictures that it draws.

use serde::{Deserialize, Serialize};

use super::{Net, Piece};

/// What is being drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Errand {
    /// One picture, or two, step by step.
    Draw,
    /// All classes.
    Sheet,
    /// What is missing in a picture.
    Fill,
    /// The same noise at several ages of the network.
    Ages,
    /// An experiment.
    Try,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// What is being drawn.
    pub errand: Errand,
    /// Steps taken, over all that has to be drawn for it.
    pub step: u32,
    /// Steps in all.
    pub steps: u32,
    /// Milliseconds that one of them takes; 0 before the first.
    pub milliseconds: f32,
    /// Seconds that are left; 0 before the first step.
    pub left: f32,
    /// Whether it waits for weights.
    pub waits: bool,
}

/// What the figures of pictures are drawn from. Pictures come only when they have changed: a page keeps what came last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// What is here.
    pub here: Vec<Piece>,
    /// What has been asked for.
    pub asked: Vec<Piece>,
    /// What is being drawn.
    pub progress: Option<Progress>,
    /// Milliseconds that each network takes for one picture once; 0 before it was asked.
    pub pace: [f32; 2],
    /// The picture that is drawn step by step.
    pub drawing: Option<Drawing>,
    /// All classes.
    pub sheet: Option<Sheet>,
    /// A picture whose hole is filled.
    pub filled: Option<Filled>,
    /// The same noise at several ages of the network.
    pub ages: Option<Vec<Age>>,
    /// Held-out pictures.
    pub held_out: Option<HeldOut>,
    /// The last experiment's number and finding.
    pub finding: Option<(u32, Finding)>,
    /// What the stages of the network make of a picture.
    pub maps: Option<Box<Maps>>,
}

/// The stages of the network whose maps are shown.
pub const STAGES: [&str; 8] = ["stem", "down2", "attention1", "attention3", "attention4", "grow", "up1", "head"];
/// The most maps of a stage that are shown.
pub const MAPS: usize = 12;

/// A picture on its way, of which a network is asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// The network.
    pub net: Net,
    /// Steps taken before.
    pub step: u32,
    /// ᾱ, what is left of the picture's variance.
    pub kept: f32,
    /// What it is to show; as many as there are classes asks for any.
    pub class: u8,
    /// The picture, as [`Key::now`] has it.
    pub picture: Vec<u8>,
}

/// What the stages of a network make of a picture.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Maps {
    /// What was asked.
    pub asked: Question,
    /// [`STAGES`], in this order; the last is v.
    pub stages: Vec<StageMaps>,
}

/// Maps of one stage.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StageMaps {
    /// Its name.
    pub name: String,
    /// Rows and columns of a map.
    pub side: u32,
    /// The first [`MAPS`] maps, one after the other, row by row.
    pub values: Vec<f32>,
}

/// One picture out of noise, or two out of the same.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Drawing {
    /// A number for each walk from noise to picture.
    pub number: u32,
    /// The network that draws.
    pub net: Net,
    /// What each is to show.
    pub classes: Vec<u8>,
    /// Steps in all.
    pub steps: u32,
    /// Key steps, the newest last.
    pub keys: Vec<Key>,
}

/// One step of the way. Pictures lie one after the other, each colour after colour and row by row; bytes from 0 to 255
/// stand for -[`NOISE`] to [`NOISE`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Key {
    /// Steps taken before.
    pub step: u32,
    /// ᾱ, what is left of the picture's variance; 1 at the end.
    pub kept: f32,
    /// The pictures as they are.
    pub now: Vec<u8>,
    /// The noise that the network sees in them; nothing at the end.
    pub noise: Vec<u8>,
    /// The clean pictures that are left without it: bytes from 0 to 255 stand for -1 to 1.
    pub clean: Vec<u8>,
}

/// Bytes of noisy pictures reach from minus this to this.
pub const NOISE: f32 = 3.0;

/// A number from -`reach` to `reach` as a byte.
pub fn byte(value: f32, reach: f32) -> u8 {
    ((value / reach + 1.0) / 2.0 * 255.0).round().clamp(0.0, 255.0) as u8
}

/// The number that a byte stands for.
pub fn number(byte: u8, reach: f32) -> f32 {
    (f32::from(byte) / 255.0 * 2.0 - 1.0) * reach
}

/// Pictures of all classes, as clean as the network sees them so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sheet {
    /// The network that draws.
    pub net: Net,
    /// Pictures of each class.
    pub rows: u8,
    /// Bytes from 0 to 255 for -1 to 1: row after row, each with one picture of every class.
    pub pictures: Vec<u8>,
}

/// A picture with a hole, and what fills it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Filled {
    /// The network that draws.
    pub net: Net,
    /// What was given.
    pub picture: Vec<u8>,
    /// Where the hole is, for each pixel.
    pub hole: Vec<bool>,
    /// [`super::FILLS`] pictures out of different noise, as clean as the network sees them so far.
    pub pictures: Vec<u8>,
}

/// What the network drew at one age.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Age {
    /// The network at that age.
    pub piece: Piece,
    /// One picture of every class, bytes from 0 to 255 for -1 to 1.
    pub pictures: Vec<u8>,
}

/// Held-out pictures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HeldOut {
    /// Whether they are clothes.
    pub clothes: bool,
    /// One of each class, bytes from 0 to 255.
    pub pictures: Vec<u8>,
}

/// A picture and what a LeNet calls it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// What was asked for.
    pub class: u8,
    /// What it is called.
    pub called: u8,
    /// How likely the judge holds what was asked for.
    pub sure: f32,
    /// The picture, bytes from 0 to 255 for -1 to 1.
    pub picture: Vec<u8>,
}

impl Judged {
    /// Whether it is called what was asked for.
    pub const fn is_right(&self) -> bool {
        self.class == self.called
    }

    /// The share of pictures that are called what was asked for.
    pub fn share<'a>(judged: impl IntoIterator<Item = &'a Self>) -> f64 {
        let (mut right, mut all) = (0, 0);
        for one in judged {
            (right, all) = (right + usize::from(one.is_right()), all + 1);
        }
        right as f64 / all.max(1) as f64
    }
}

/// What an experiment found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Finding {
    /// What each picture is called, and the steps it was drawn in.
    Judged(u16, Vec<Judged>),
    /// The same for each number of steps.
    FewSteps(Vec<(u16, Vec<Judged>)>),
    /// What a picture costs.
    Cost(Cost),
    /// What each strength of the guidance does.
    Guided(Vec<Guided>),
}

/// What a picture costs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Steps from noise to picture.
    pub steps: u16,
    /// How often the network is asked for it.
    pub asked: u32,
    /// Milliseconds for the picture, the median of several times.
    pub milliseconds: f32,
    /// Milliseconds of one pass of the VAE's decoder, the median of means of many passes.
    pub decoder: f32,
    /// Multiplications with an addition, here and there.
    pub multiply_adds: [u64; 2],
    /// Both pictures, bytes from 0 to 255 for -1 to 1.
    pub pictures: [Vec<u8>; 2],
}

/// Pictures of one class at one strength of the guidance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Guided {
    /// The strength.
    pub weight: f32,
    /// How unlike two of them are: 1 without the correlation of their pixels, the mean over all pairs.
    pub unlike: f32,
    /// The pictures and what they are called.
    pub judged: Vec<Judged>,
}

impl Guided {
    /// How likely the judge holds the class, on average.
    pub fn sure(&self) -> f64 {
        let sum: f64 = self.judged.iter().map(|judged| f64::from(judged.sure)).sum();
        sum / self.judged.len().max(1) as f64
    }
}
