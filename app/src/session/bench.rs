//! What every lesson's bench shows and does, whatever the lesson's types.

use js_sys::ArrayBuffer;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    history::{Curves, Run},
    protocol::{EngineReport, LoadState, Progress, Series, Trouble},
};

/// The part of a session that no lesson's types touch: signals for the bench, and what its buttons do.
#[derive(Clone, Copy)]
pub struct Bench {
    /// Updates so far.
    pub step: RwSignal<u64>,
    /// Whether it trains by itself.
    pub running: RwSignal<bool>,
    /// The step that it was told to come to and then to pause, while it is on its way.
    pub bound_for: RwSignal<Option<u64>>,
    /// Whether its worker has said that it stands still: the step is the last one then.
    pub rests: RwSignal<bool>,
    /// Whether its settings leave anything to train.
    pub trains: Signal<bool>,
    /// Whether its next step waits for a file that is on its way.
    pub waits: RwSignal<bool>,
    /// Why it stopped by itself.
    pub finished: RwSignal<Option<String>>,
    /// Updates per second.
    pub rate: RwSignal<f32>,
    /// Steps per second asked for; 0 is as many as fit.
    pub speed: RwSignal<f32>,
    /// What computes.
    pub engine: RwSignal<Option<EngineReport>>,
    /// Files on their way or here.
    pub files: RwSignal<Vec<Progress>>,
    /// What went wrong, if anything.
    pub trouble: RwSignal<Option<Trouble>>,
    /// The steps the time machine can go back to.
    pub checkpoints: RwSignal<Vec<u64>>,
    /// The curves of the session.
    pub curves: RwSignal<Curves>,
    /// Earlier runs of this visit.
    pub runs: RwSignal<Vec<Run>>,
    /// The step of a run that was kept from before the page was left, while it is on offer.
    pub offer: RwSignal<Option<u64>>,
    /// Frames that have come: a figure that follows the time machine waits for the next one.
    pub frames: RwSignal<u64>,
    /// Milliseconds that one update takes, without the drawing; 0 before the first.
    pub step_time: RwSignal<f32>,
    /// A file to hand to the reader: its name and its bytes.
    pub file: RwSignal<Option<(String, ArrayBuffer)>, LocalStorage>,
    /// Begins anew with the weights of a file.
    pub load_weights: Callback<ArrayBuffer>,
    /// Gives a picture of an animation to the worker, which makes a file of them.
    pub animate: Callback<Still>,
    /// Carries out a button.
    pub act: Callback<Action>,
}

/// One picture of an animation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Still {
    /// The name of the file that it belongs to.
    pub name: String,
    /// Pixels across.
    pub width: u16,
    /// Pixels down.
    pub height: u16,
    /// Red, green, blue, opacity of each, row by row.
    pub pixels: Vec<u8>,
    /// How long it stands, in hundredths of a second.
    pub hundredths: u16,
    /// Whether it is the last: the file is handed out then.
    pub last: bool,
}

/// What the bench's buttons do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Action {
    /// Start or go on.
    Train,
    /// Stop after the current step.
    Pause,
    /// Exactly one step.
    Step,
    /// This many steps, as fast as it goes, then a pause: how a link comes to its step.
    Advance(u32),
    /// Back to the initial weights of the same seed.
    Reset,
    /// Steps per second, 0 for as many as fit.
    Speed(f32),
    /// Move every figure to the checkpoint nearest to this step; training goes on from there.
    Rewind(u64),
    /// Go on with the run that is on offer.
    GoOn,
    /// Carry out the remedy of the trouble shown.
    Remedy,
    /// Hand the network's weights out as a file.
    SaveWeights,
    /// Give up the download that is shown.
    GiveUp,
}

impl Bench {
    /// Does one thing.
    pub fn act(&self, action: Action) {
        self.act.run(action);
    }

    /// Says that it takes no more steps by itself.
    pub fn stand(&self) {
        self.running.set(false);
        self.bound_for.set(None);
    }

    /// Whether it takes steps by itself, for ever or to a step.
    pub fn is_moving(&self) -> bool {
        self.running.get() || self.bound_for.get().is_some()
    }

    /// The newest value of a curve.
    pub fn last(&self, series: Series) -> Option<f64> {
        self.curves.with(|curves| curves.last(series))
    }

    /// The download that is shown: the first that is under way.
    pub fn loading(&self) -> Option<Progress> {
        self.files.with(|files| files.iter().find(|file| file.state == LoadState::Loading).cloned())
    }

    /// Where a file stands, by its name.
    pub fn fetched(&self, name: &str) -> Option<Progress> {
        self.files.with(|files| files.iter().find(|file| file.name == name).cloned())
    }
}
