//! What page and worker say about the networks that draw pictures.

use serde::{Deserialize, Serialize};

use crate::session::query::{Query, QueryWriter};

/// Fewest and most steps from noise to picture.
pub const STEPS: (u16, u16) = (1, 1000);
/// The strongest guidance.
pub const MOST_WEIGHT: f64 = 20.0;

/// What stands for no second class in an address.
const NO_CLASS: u8 = 99;

/// The networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Net {
    /// Digits and clothes, 28 × 28 pixels, 20 classes.
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
    /// Whether these need a new start.
    pub fn restarts(&self, previous: &Self) -> bool {
        self.net != previous.net
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

/// What the reader can ask of the networks of pictures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Fetch the weights while all else goes on.
    Fetch,
    /// Draw as the settings say.
    Draw,
    /// Stop drawing.
    Cancel,
}

/// What their figures are drawn from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// Whether the weights are here.
    pub here: bool,
}
