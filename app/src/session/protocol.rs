//! What the page and the worker say to each other.
//!
//! The page pulls: it asks for a frame once it has drawn the last one, the worker answers after its current step.

use js_sys::ArrayBuffer;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::session::{
    Still,
    post::Message,
    query::{Query, QueryWriter},
};

/// The three message types of one lesson.
pub trait Protocol: Clone + Copy + Send + Sync + 'static {
    /// The lesson's slug; also the key under which the worker finds its task.
    const SLUG: &'static str;
    /// Whether a command changes what the run goes on from, as painting on a state does; looking somewhere does not.
    const COMMANDS_CHANGE_RUN: bool = false;
    /// Whether its network learns on the page. One that does not has neither steps nor curves nor a way back in time.
    const TRAINS: bool = true;
    /// Everything that makes a run reproducible.
    type Settings: Settings;
    /// What the reader can ask of the running task beyond the controls every lesson has.
    type Command: Serialize + DeserializeOwned + Clone + Send + Sync + 'static;
    /// What the figures of one frame are drawn from.
    type Snapshot: Serialize + DeserializeOwned + Clone + Send + Sync + 'static;
}

/// The most updates that a rule may let a run make.
pub const MOST_STOP: u32 = 1_000_000;

/// The settings of a run. They live in the address of the page, so a link reproduces the experiment.
pub trait Settings: Clone + PartialEq + Default + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Whether going from `previous` to these needs a new start; if not, the running task takes them over.
    fn restarts(&self, previous: &Self) -> bool;
    /// The same run with a third of the learning rate: the offer after the numbers left the finite range.
    fn calmer(&self) -> Self;
    /// What the address calls the rule of [`Self::stop_rule`], and what it counts.
    const STOP: (&'static str, &'static str) = ("stop", "steps");
    /// After how many updates a run stops by itself; 0 means never. A lesson without such a rule has none.
    fn stop_rule(&mut self) -> Option<&mut u32> {
        None
    }
    /// The same run without a rule that stops it: what Train means once the rule was met.
    fn endless(&self) -> Self {
        let mut endless = self.clone();
        if let Some(stop) = endless.stop_rule() {
            *stop = 0;
        }
        endless
    }
    /// Whether WebGPU would be faster than the CPU for this run (tiny networks are not worth a dispatch).
    fn gains_from_gpu(&self) -> bool;
    /// Whether there is anything to train; a network that was trained before is only looked at.
    fn trains(&self) -> bool {
        true
    }
    /// The names of the classes, where the lesson tells classes apart: what runs can be compared by.
    fn classes(&self) -> Vec<String> {
        Vec::new()
    }
    /// Reads an address; every value is clamped and a bad one reported in `query`.
    fn read(query: &mut Query) -> Self;
    /// Writes what differs from the default.
    fn write(&self, writer: &mut QueryWriter);
}

/// Page to worker.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Request {
    /// The first message: how, and from where to go on.
    Start {
        /// The lesson's settings, encoded.
        settings: Vec<u8>,
        /// A checkpoint to continue from.
        #[serde(skip)]
        checkpoint: Option<ArrayBuffer>,
        /// The site's root address, for data and weights.
        base: String,
        /// The run that begins; frames carry it.
        run: u32,
    },
    /// New settings: taken over while running if the lesson can, else a new start.
    Configure {
        /// The settings, encoded.
        settings: Vec<u8>,
        /// The run from here on.
        run: u32,
    },
    /// Train or pause.
    Run(bool),
    /// Exactly this many steps, then pause.
    Advance(u32),
    /// Steps per second; 0 means as many as fit.
    Speed(f32),
    /// Start again from the same seed.
    Reset {
        /// The run from here on.
        run: u32,
    },
    /// The page has drawn: send the next frame, with a checkpoint if it wants one.
    Frame {
        /// Whether to attach a checkpoint.
        checkpoint: bool,
        /// Whether to answer even if nothing has changed: the last frame may have been older than a question.
        anyway: bool,
    },
    /// A lesson's own command.
    Command(Vec<u8>),
    /// Send the network's weights as a file.
    SaveWeights,
    /// Begin anew with the weights of a file; if they do not fit, nothing changes.
    LoadWeights {
        /// The file: safetensors.
        #[serde(skip)]
        bytes: Option<ArrayBuffer>,
        /// The run from here on, if they fit.
        run: u32,
    },
    /// A picture of an animation; a file is made of them.
    Animate(Still),
    /// The reader does not want this file now. Heard even while the task waits for it.
    GiveUp {
        /// Name of the data or weights.
        name: String,
    },
    /// Go back (or forth) to a checkpoint.
    Restore {
        /// The checkpoint.
        #[serde(skip)]
        checkpoint: Option<ArrayBuffer>,
        /// The run from here on.
        run: u32,
    },
}

/// Worker to page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Response {
    /// The worker is up and says what it computes on.
    Ready(EngineReport),
    /// Bytes of a file on their way.
    Progress(Progress),
    /// One frame.
    Frame(FrameMessage),
    /// The network's weights.
    Weights {
        /// After how many updates.
        step: u64,
        /// The file: safetensors, f32.
        #[serde(skip)]
        bytes: Option<ArrayBuffer>,
    },
    /// An animation is ready.
    Animation {
        /// The file's name.
        name: String,
        /// The file: GIF.
        #[serde(skip)]
        bytes: Option<ArrayBuffer>,
    },
    /// The weights of a file have been taken.
    Loaded {
        /// The run that begins with them.
        run: u32,
    },
    /// Something went wrong that the reader should know of.
    Trouble(Trouble),
}

impl Message for Request {
    fn attachment(&mut self) -> Option<&mut Option<ArrayBuffer>> {
        match self {
            Self::Start { checkpoint, .. } | Self::Restore { checkpoint, .. } => Some(checkpoint),
            Self::LoadWeights { bytes, .. } => Some(bytes),
            _ => None,
        }
    }
}

impl Message for Response {
    fn attachment(&mut self) -> Option<&mut Option<ArrayBuffer>> {
        match self {
            Self::Frame(frame) => Some(&mut frame.checkpoint),
            Self::Weights { bytes, .. } | Self::Animation { bytes, .. } => Some(bytes),
            _ => None,
        }
    }
}

/// One frame: where the run stands, what gathered since the last frame, and the lesson's own picture of itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FrameMessage {
    /// Updates so far.
    pub step: u64,
    /// Whether it goes on by itself.
    pub running: bool,
    /// Whether steps or other work that was asked for is still to come.
    pub owes: bool,
    /// Whether its next step waits for a file that is on its way.
    pub waits: bool,
    /// Why it stopped by itself, if it did.
    pub finished: Option<String>,
    /// Updates per second over the last second of running.
    pub rate: f32,
    /// Milliseconds that one of the last updates took; 0 before the first.
    pub step_time: f32,
    /// Curve points gathered since the last frame: series, step, value.
    pub curves: Vec<CurvePoint>,
    /// The lesson's snapshot, encoded.
    pub snapshot: Vec<u8>,
    /// A checkpoint, if one was asked for.
    #[serde(skip)]
    pub checkpoint: Option<ArrayBuffer>,
    /// The run it belongs to: the page drops what belongs to an earlier one.
    pub run: u32,
}

/// One point of a learning curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// Which curve.
    pub series: Series,
    /// At which step.
    pub step: u64,
    /// Its value.
    pub value: f32,
}

/// The curves that every lesson's figures and readouts share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Series {
    /// Training loss.
    Loss,
    /// Training accuracy, 0 to 1.
    Accuracy,
    /// Held-out loss.
    ValidationLoss,
    /// Held-out accuracy, 0 to 1.
    ValidationAccuracy,
    /// Share of the held-out examples of class n that are called rightly.
    Class(u16),
    /// Mean |gradient| of layer n.
    Gradient(u16),
    /// A lesson's own.
    Own(u16),
}

/// A file on its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Name of the data or weights.
    pub name: String,
    /// Bytes here.
    pub loaded: u64,
    /// Bytes in all.
    pub total: u64,
    /// Where it stands.
    pub state: LoadState,
}

/// Where a file stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LoadState {
    /// Not wanted now: the reader gave it up.
    Idle,
    /// On its way.
    Loading,
    /// Here and checked.
    Ready,
    /// It failed; a [`Trouble`] says why.
    Error,
}

/// What computes, and why that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EngineReport {
    /// The engine.
    pub engine: Engine,
    /// One short sentence.
    pub reason: String,
    /// What its check found, part by part; empty where nothing was checked.
    pub parts: Vec<CheckedPart>,
}

impl EngineReport {
    /// An engine and why it computes; nothing was checked.
    pub fn new(engine: Engine, reason: impl Into<String>) -> Self {
        Self { engine, reason: reason.into(), parts: Vec::new() }
    }
}

/// One kind of operation in an engine's check against the CPU.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckedPart {
    /// What was computed.
    pub name: String,
    /// The largest difference from the CPU; NaN if a number is none.
    pub difference: f32,
    /// Whether rounding explains it.
    pub passed: bool,
}

/// The two engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Engine {
    /// burn-flex with wasm SIMD.
    Cpu,
    /// burn-wgpu.
    WebGpu,
}

impl Engine {
    /// The badge's word.
    pub fn label(self) -> &'static str {
        match self {
            Engine::Cpu => "CPU",
            Engine::WebGpu => "WebGPU",
        }
    }

    /// The readout's word.
    pub fn name(self) -> &'static str {
        match self {
            Engine::Cpu => "cpu",
            Engine::WebGpu => "webgpu",
        }
    }
}

/// A trouble in the reader's words: one plain sentence and one action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trouble {
    /// What happened, one sentence.
    pub sentence: String,
    /// What can be done about it.
    pub remedy: Remedy,
}

/// The one action offered with a trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Remedy {
    /// Go back to the last good checkpoint with a third of the learning rate.
    Calmer,
    /// Try the same again.
    Retry,
    /// Fetch what was given up.
    Fetch,
    /// Start from the last checkpoint in a fresh worker.
    Resume,
    /// Choose another file of weights.
    Choose,
    /// Nothing to do but read it.
    Dismiss,
}

impl Trouble {
    /// A trouble with its remedy.
    pub fn new(sentence: impl Into<String>, remedy: Remedy) -> Self {
        Self { sentence: sentence.into(), remedy }
    }
}

/// What is wrong with bytes that the reader brought: nothing was changed, so there is nothing to do but read it.
impl From<models::error::Error> for Trouble {
    fn from(error: models::error::Error) -> Self {
        Self::new(error.to_string(), Remedy::Dismiss)
    }
}

/// Encodes a message.
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    // postcard only fails on types without a known length; none of ours is such a type.
    postcard::to_allocvec(value).expect("a message of our own types always encodes")
}

/// Decodes a message; bytes that are not ours give an error, never a panic.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Trouble> {
    postcard::from_bytes(bytes).map_err(|_| {
        Trouble::new(
            "The page and its worker do not understand each other; they come from two releases.",
            Remedy::Resume,
        )
    })
}
