//! The experiments: what each of them draws, so that page and worker agree on what it costs.

use serde::{Deserialize, Serialize};

use super::{Net, Piece};
use crate::lessons::pictures::PictureSet;

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

/// Pictures that are drawn together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Batch {
    /// Steps from noise to picture.
    pub steps: u16,
    /// Strength of the guidance.
    pub weight: f32,
    /// How many pictures.
    pub pictures: usize,
}

impl Batch {
    /// How often a network is asked for them: with guidance twice a step.
    pub fn asked(self) -> usize {
        usize::from(self.steps) * self.pictures * asked(self.weight)
    }
}

/// Questions about one picture at one step: one with the class, one without, and none that counts for nothing.
pub fn asked(weight: f32) -> usize {
    if weight == 1.0 || weight == 0.0 { 1 } else { 2 }
}

impl Trial {
    /// Numbers of steps that are compared; the last is that of the pictures that are judged.
    pub const FEW: [u16; 6] = [1, 2, 3, 5, 10, 25];
    /// Strengths of the guidance that are compared.
    pub const WEIGHTS: [f32; 5] = [1.0, 2.0, 4.0, 8.0, 16.0];
    /// Pictures of each strength.
    pub const GUIDED: usize = 8;
    /// Pictures of each class that are judged.
    pub const OF_EACH: usize = 2;
    /// How often the picture whose cost is measured is drawn.
    pub const PAID: usize = 3;

    /// The id of its button and verdict.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Judge => "judge",
            Self::FewSteps => "few-steps",
            Self::Cost => "cost",
            Self::Guidance => "guidance",
        }
    }

    /// What it cannot do without.
    pub const fn needs(self) -> &'static [Piece] {
        const NET: Piece = Piece::Net(Net::Small);
        match self {
            Self::Cost => &[NET, Piece::Vae],
            _ => &[NET, Piece::Judge(PictureSet::Mnist), Piece::Judge(PictureSet::Fashion)],
        }
    }

    /// What it draws, one after the other, where the settings ask for guidance of this strength.
    pub fn batches(self, weight: f32) -> Vec<Batch> {
        let every = usize::from(Net::Small.classes());
        match self {
            Self::Judge => vec![Batch { steps: 25, weight, pictures: every * Self::OF_EACH }],
            Self::FewSteps => Self::FEW.map(|steps| Batch { steps, weight, pictures: every }).into(),
            Self::Cost => vec![Batch { steps: 50, weight, pictures: 1 }; Self::PAID],
            Self::Guidance => Self::WEIGHTS.map(|weight| Batch { steps: 20, weight, pictures: Self::GUIDED }).into(),
        }
    }

    /// How often a network is asked for all of it.
    pub fn asked(self, weight: f32) -> usize {
        self.batches(weight).into_iter().map(Batch::asked).sum()
    }
}
