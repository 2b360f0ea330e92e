//! What page and worker say about the networks that draw pictures.

mod trial;
mod view;

use models::generative::diffusion::TIMES;
use serde::{Deserialize, Serialize};

pub use self::{trial::*, view::*};
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

/// CIFAR-10's network at all its ages: as it was put aside while it learned, youngest first, and at last as it is.
pub fn ages() -> Vec<Piece> {
    let name = |file: &fetch::File| file.name.strip_prefix(Net::Cifar.weights())?.strip_prefix('-')?.parse().ok();
    let mut steps: Vec<u32> = fetch::FILES.iter().filter_map(name).collect();
    steps.sort_unstable();
    steps.into_iter().map(Piece::Early).chain([Piece::Net(Net::Cifar)]).collect()
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

    /// The strength of the guidance, within its bounds: what is no number asks for none.
    pub fn strength(&self) -> f32 {
        let weight = f64::from(self.weight);
        if weight.is_finite() { weight.clamp(0.0, MOST_WEIGHT) as f32 } else { 1.0 }
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
    /// Show what the stages of the network make of a picture on its way.
    Look(Question),
    /// Stop drawing.
    Cancel,
}
