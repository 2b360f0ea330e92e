//! What is being drawn: one or more walks from noise to picture, and what becomes of them.

use std::collections::VecDeque;

use models::{device::Device, generative::unet::UNet};
use web_time::{Duration, Instant};

use super::{
    pieces::Pieces,
    walk::{Step, Walk},
};
use crate::{
    lessons::ddpm::pictures::{Age, Drawing, Errand, Filled, Key, NOISE, Net, Piece, Progress, Sheet, Trial, byte},
    session::protocol::{Remedy, Trouble},
};

/// The most key steps that are kept, of greys and of colours.
const KEYS: [usize; 2] = [50, 25];

/// What becomes of the pictures.
pub enum Goal {
    /// A picture whose way is kept.
    Draw(Drawing),
    /// All classes.
    Sheet(Sheet),
    /// Pictures with a part that was given.
    Fill(Filled),
    /// The same noise at several ages.
    Ages(Vec<Age>),
    /// An experiment: its number, what it is, and the pictures of each walk that is over.
    Try(u32, Trial, Vec<Vec<f32>>),
}

impl Goal {
    const fn errand(&self) -> Errand {
        match self {
            Self::Draw(_) => Errand::Draw,
            Self::Sheet(_) => Errand::Sheet,
            Self::Fill(_) => Errand::Fill,
            Self::Ages(_) => Errand::Ages,
            Self::Try(..) => Errand::Try,
        }
    }
}

/// A walk and the weights that it asks.
pub struct Leg {
    /// The weights.
    pub piece: Piece,
    /// The walk.
    pub walk: Walk,
    /// How often each step is walked.
    pub repeats: usize,
}

impl Leg {
    /// A walk whose steps are walked once.
    pub const fn new(piece: Piece, walk: Walk) -> Self {
        Self { piece, walk, repeats: 1 }
    }

    /// Steps, those walked again counted.
    fn steps(&self) -> usize {
        // The last step ends at the clean picture and is walked once.
        (self.walk.steps().saturating_sub(1)) * self.repeats + 1
    }
}

/// Something that is being drawn.
pub struct Job {
    /// What becomes of it.
    pub goal: Goal,
    legs: VecDeque<Leg>,
    /// The network of the first leg, once it has begun.
    network: Option<UNet>,
    /// Questions answered and in all, steps taken and in all.
    answered: usize,
    questions: usize,
    taken: usize,
    steps: usize,
    /// Time that the answers took: all of them, and those of each walk that is over.
    spent: Duration,
    each: Vec<Duration>,
    /// Whether the last key is no key step and gives way to the next one.
    passing: bool,
}

impl Job {
    /// Walks one after the other.
    pub fn new(goal: Goal, legs: Vec<Leg>) -> Self {
        let questions = legs.iter().map(|leg| leg.walk.questions() * leg.steps()).sum();
        let steps = legs.iter().map(Leg::steps).sum();
        Self {
            goal,
            legs: legs.into(),
            network: None,
            answered: 0,
            questions,
            taken: 0,
            steps,
            spent: Duration::ZERO,
            each: Vec::new(),
            passing: false,
        }
    }

    /// Whether every walk is over.
    pub fn is_done(&self) -> bool {
        self.legs.is_empty()
    }

    /// How often the network has been asked.
    #[cfg(test)]
    pub const fn answered(&self) -> usize {
        self.answered
    }

    /// How often it is asked in all.
    #[cfg(test)]
    pub const fn questions(&self) -> usize {
        self.questions
    }

    /// Milliseconds that the answers took in each walk that is over.
    pub fn milliseconds_of_each(&self) -> Vec<f32> {
        self.each.iter().map(|spent| spent.as_secs_f32() * 1000.0).collect()
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        let (milliseconds, each) = match self.answered {
            0 => (0.0, 0.0),
            answered => {
                let each = self.spent.as_secs_f32() * 1000.0 / answered as f32;
                (each * self.legs.front().map_or(1, |leg| leg.walk.questions()) as f32, each)
            }
        };
        Progress {
            errand: self.goal.errand(),
            step: self.taken as u32,
            steps: self.steps as u32,
            milliseconds,
            left: each * self.questions.saturating_sub(self.answered) as f32 / 1000.0,
            waits: false,
        }
    }

    /// Asks a few questions. Says which network, and how many milliseconds a question took.
    pub async fn go_on(&mut self, pieces: &Pieces, device: &Device) -> Result<Option<(Net, f32)>, Trouble> {
        let Some(leg) = self.legs.front_mut() else { return Ok(None) };
        let network = match self.network.take() {
            Some(network) => network,
            None => pieces.net(leg.piece, device)?.ok_or_else(|| {
                Trouble::new("The network that was to draw is not here any more; ask again.", Remedy::Dismiss)
            })?,
        };
        let started = Instant::now();
        let (count, step) = leg.walk.go_on(&network, device).await?;
        let took = started.elapsed();
        self.spent += took;
        self.answered += count;
        let net = if leg.piece == Piece::Net(Net::Small) { Net::Small } else { Net::Cifar };
        if let Some(step) = step {
            self.taken += 1;
            self.note(step);
        }
        match self.legs.front().is_some_and(|leg| leg.walk.is_done()) {
            true => self.arrive(),
            false => self.network = Some(network),
        }
        Ok(Some((net, took.as_secs_f32() * 1000.0 / count.max(1) as f32)))
    }

    /// A step has been taken.
    fn note(&mut self, step: Step) {
        let clean = bytes(&step.seen.clean, 1.0);
        let piece = self.legs.front().map(|leg| leg.piece);
        match &mut self.goal {
            Goal::Draw(drawing) => {
                let key = Key {
                    step: step.before as u32,
                    kept: step.kept,
                    now: bytes(&step.pictures, NOISE),
                    noise: bytes(&step.seen.noise, NOISE),
                    clean,
                };
                if self.passing {
                    drawing.keys.pop();
                }
                drawing.keys.push(key);
                self.passing = !is_key(step.before, drawing.steps as usize, KEYS[drawing.net as usize]);
            }
            Goal::Sheet(sheet) => sheet.pictures = clean,
            Goal::Fill(filled) => filled.pictures = clean,
            Goal::Ages(ages) => {
                if let Some(age) = ages.iter_mut().find(|age| Some(age.piece) == piece) {
                    age.pictures = clean;
                }
            }
            Goal::Try(..) => {}
        }
    }

    /// The first walk is over.
    fn arrive(&mut self) {
        let Some(leg) = self.legs.pop_front() else { return };
        let pictures = leg.walk.pictures();
        self.each.push(self.spent - self.each.iter().sum::<Duration>());
        match &mut self.goal {
            Goal::Draw(drawing) => {
                if self.passing {
                    drawing.keys.pop();
                }
                let (now, clean) = (bytes(pictures, NOISE), bytes(pictures, 1.0));
                drawing.keys.push(Key { step: drawing.steps, kept: 1.0, now, noise: Vec::new(), clean });
            }
            Goal::Sheet(sheet) => sheet.pictures = bytes(pictures, 1.0),
            Goal::Fill(filled) => filled.pictures = bytes(pictures, 1.0),
            Goal::Ages(ages) => {
                if let Some(age) = ages.iter_mut().find(|age| age.piece == leg.piece) {
                    age.pictures = bytes(pictures, 1.0);
                }
            }
            Goal::Try(_, _, done) => done.push(pictures.to_vec()),
        }
    }
}

/// Whether the pictures before this step are kept: all of them in few steps, else evenly spread ones.
fn is_key(step: usize, steps: usize, most: usize) -> bool {
    let place = |step: usize| step * (most - 1) / steps.max(1);
    step == 0 || place(step) != place(step - 1)
}

/// Numbers as bytes.
pub fn bytes(values: &[f32], reach: f32) -> Vec<u8> {
    values.iter().map(|value| byte(*value, reach)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_steps_are_few_and_begin_with_the_first() {
        for steps in [1, 2, 5, 49, 50, 73, 1000] {
            let keys: Vec<usize> = (0..steps).filter(|step| is_key(*step, steps, 50)).collect();
            assert_eq!(keys[0], 0);
            // With the finished picture there are fifty at most.
            assert_eq!(keys.len() + 1, (steps + 1).min(50), "{steps}");
        }
    }
}
