//! What page and worker say about the networks that draw pictures.

use models::generative::diffusion::TIMES;
use serde::{Deserialize, Serialize};

use crate::{
    fetch,
    lessons::pictures::PictureSet,
    session::query::{Query, QueryWriter},
};

/// Fewest and most steps from noise to picture.
pub const STEPS: (u16, u16) = (1, TIMES as u16);
/// The strongest guidance.
pub const MOST_WEIGHT: f64 = 20.0;

/// What stands for no second class in an address.
const NO_CLASS: u8 = 99;

/// The networks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Net {
    /// Digits and clothes, 28 × 28 pixels, 20 classes.
    #[default]
    Small,
    /// CIFAR-10, 32 × 32 pixels in colour.
    Cifar,
}

impl Net {
    /// Both, in the order of the chips.
    pub const ALL: [Self; 2] = [Self::Small, Self::Cifar];

    /// The chip's words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Small => "Digits and clothes",
            Self::Cifar => "CIFAR-10",
        }
    }

    /// The address's word.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Cifar => "cifar",
        }
    }

    /// The network behind an address's word.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|net| net.id() == id)
    }

    /// The name of its weights.
    pub const fn weights(self) -> &'static str {
        match self {
            Self::Small => "ddpm-small",
            Self::Cifar => "ddpm-cifar10",
        }
    }

    /// How many classes it knows; the number after the last one asks for any.
    pub const fn classes(self) -> u8 {
        match self {
            Self::Small => 20,
            Self::Cifar => 10,
        }
    }

    /// Colours of a pixel.
    pub const fn channels(self) -> usize {
        match self {
            Self::Small => 1,
            Self::Cifar => 3,
        }
    }

    /// Pixels along a side.
    pub const fn side(self) -> usize {
        match self {
            Self::Small => 28,
            Self::Cifar => 32,
        }
    }

    /// Numbers of a picture.
    pub const fn numbers(self) -> usize {
        self.channels() * self.side() * self.side()
    }

    /// The name of a class; the number after the last one is any.
    pub fn class(self, class: u8) -> &'static str {
        let [digits, clothes] = PictureSet::ALL.map(PictureSet::classes);
        let names = match self {
            Self::Small => [digits, clothes].concat(),
            Self::Cifar => CIFAR.to_vec(),
        };
        names.get(usize::from(class)).copied().unwrap_or("any")
    }
}

/// The classes of CIFAR-10.
const CIFAR: [&str; 10] = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

/// Weights that the networks of pictures and those that judge them are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Piece {
    /// A network that draws.
    Net(Net),
    /// CIFAR-10's network as it was after so many steps of its training.
    Early(u32),
    /// A LeNet, which says what a picture shows.
    Judge(PictureSet),
    /// The VAE of digits, which draws in one pass.
    Vae,
}

impl Piece {
    /// The name of its weights.
    pub fn weights(self) -> String {
        match self {
            Self::Net(net) => net.weights().into(),
            Self::Early(steps) => format!("{}-{steps}", Net::Cifar.weights()),
            Self::Judge(set) => format!("lenet-{}", set.id()),
            Self::Vae => "vae-mnist".into(),
        }
    }

    /// The file of its weights, if this site has one.
    pub fn file(self) -> Option<&'static fetch::File> {
        let name = self.weights();
        fetch::FILES.iter().find(|file| file.name == name && file.path.starts_with("pretrained/"))
    }
}

/// The steps of training after which CIFAR-10's network was put aside, rising.
pub fn early() -> Vec<u32> {
    let name = |file: &fetch::File| file.name.strip_prefix(Net::Cifar.weights())?.strip_prefix('-')?.parse().ok();
    let mut steps: Vec<u32> = fetch::FILES.iter().filter_map(name).collect();
    steps.sort_unstable();
    steps
}

/// What belongs to the networks of pictures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PictureSettings {
    /// Which network draws.
    pub net: Net,
    /// What to draw; as many as there are classes asks for any.
    pub class: u8,
    /// A second class that is drawn out of the same noise.
    pub other: Option<u8>,
    /// Steps from noise to picture.
    pub steps: u16,
    /// Strength of the guidance; 1 is none.
    pub weight: f32,
    /// Seed of the noise.
    pub noise: u32,
}

impl Default for PictureSettings {
    fn default() -> Self {
        Self { net: Net::Small, class: 3, other: None, steps: 50, weight: 2.0, noise: 1 }
    }
}

impl PictureSettings {
    /// Whether these need a new start. Both networks may be here together, so nothing does.
    pub fn restarts(&self, _previous: &Self) -> bool {
        false
    }

    /// What is to be drawn, as the network knows it: a class of another network is any.
    pub fn wanted(&self) -> u8 {
        self.class.min(self.net.classes())
    }

    /// Reads an address.
    pub fn read(query: &mut Query) -> Self {
        let base = Self::default();
        let net = query.choice("net", Net::from_id, base.net);
        let classes = net.classes();
        let other = query.whole("other", 0, NO_CLASS.into(), NO_CLASS.into()) as u8;
        Self {
            net,
            class: query.whole("class", 0, classes.into(), base.class.into()) as u8,
            other: (other <= classes).then_some(other),
            steps: query.whole("steps", STEPS.0.into(), STEPS.1.into(), base.steps.into()) as u16,
            weight: query.number("guidance", 0.0, MOST_WEIGHT, base.weight.into()) as f32,
            noise: query.whole("noise", 0, 999_999, base.noise.into()) as u32,
        }
    }

    /// Writes what differs from the default.
    pub fn write(&self, writer: &mut QueryWriter) {
        let base = Self::default();
        let other = |settings: &Self| settings.other.unwrap_or(NO_CLASS);
        writer.add("net", self.net.id(), base.net.id());
        writer.add("class", self.class, base.class);
        writer.add("other", other(self), other(&base));
        writer.add("steps", self.steps, base.steps);
        writer.add("guidance", self.weight, base.weight);
        writer.add("noise", self.noise, base.noise);
    }
}

/// The most pictures of each class on a sheet.
pub const MOST_ROWS: u8 = 4;
/// How often a step may be walked where a part of the picture is known.
pub const REPEATS: (u8, u8) = (1, 5);
/// Pictures that fill the same hole.
pub const FILLS: usize = 4;

/// What the reader can ask of the networks of pictures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Fetch weights while all else goes on.
    Fetch(Piece),
    /// Fetch held-out pictures to fill holes in.
    Bring(PictureSet),
    /// Something has come: use it.
    TakeIn,
    /// Draw as the settings say.
    Draw,
    /// Draw so many pictures of each class, all classes out of the same noise.
    Sheet(u8),
    /// Paint what is missing in a picture.
    Fill {
        /// The picture, from 0 to 255: colour after colour, row by row.
        picture: Vec<u8>,
        /// Where something is missing, for each pixel.
        hole: Vec<bool>,
        /// How often each step is walked.
        repeats: u8,
    },
    /// Draw the same noise with each checkpoint that is here.
    Ages,
    /// Run an experiment; the finding carries this number.
    Try(u32, Trial),
    /// Stop drawing.
    Cancel,
}

/// An experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trial {
    /// What the LeNets call two pictures of each class.
    Judge,
    /// The same with few steps and with more.
    FewSteps,
    /// What one picture costs, here and in one pass of the VAE's decoder.
    Cost,
    /// One class out of several noises, guided weakly and strongly.
    Guidance,
}

impl Trial {
    /// What it cannot do without.
    pub const fn needs(self) -> &'static [Piece] {
        const NET: Piece = Piece::Net(Net::Small);
        match self {
            Self::Cost => &[NET, Piece::Vae],
            _ => &[NET, Piece::Judge(PictureSet::Mnist), Piece::Judge(PictureSet::Fashion)],
        }
    }
}

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
    /// [`FILLS`] pictures out of different noise, as clean as the network sees them so far.
    pub pictures: Vec<u8>,
}

/// What the network drew at one age.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Age {
    /// Steps of its training; 0 is the network that has learned to the end.
    pub steps: u32,
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
    /// The share of pictures that are called what was asked for.
    pub fn share(judged: &[Self]) -> f64 {
        let right = judged.iter().filter(|one| one.class == one.called).count();
        right as f64 / judged.len().max(1) as f64
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
    /// How often the network was asked.
    pub asked: u32,
    /// Milliseconds for the picture.
    pub milliseconds: f32,
    /// Milliseconds of one pass of the VAE's decoder.
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
    /// How far two of them are apart: the root of the mean squared difference of a pixel from 0 to 1, over all pairs.
    pub apart: f32,
    /// The pictures and what they are called.
    pub judged: Vec<Judged>,
}
