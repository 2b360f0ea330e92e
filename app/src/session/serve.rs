//! The worker half of a session: one task, one loop, nothing else.
//!
//! The loop answers every waiting request, takes steps for a few milliseconds, sends a frame if one is wanted, and
//! yields a macrotask so that Pause is heard at once.

use futures::{FutureExt, StreamExt, channel::mpsc::UnboundedReceiver, future::LocalBoxFuture};
use js_sys::ArrayBuffer;
use models::weights::{self, Parameters, Precision};
use web_time::{Duration, Instant};

pub use crate::session::{
    arrivals::Arrivals,
    context::{Arriving, Context},
    plot::plot,
};
use crate::{
    fetch,
    session::{
        animation::Animation,
        pace::Pace,
        post::{to_buffer, to_bytes},
        protocol::{CurvePoint, FrameMessage, Protocol, Remedy, Request, Response, Settings, Trouble, decode, encode},
    },
};

/// How long the loop may step before it looks at its messages again.
const SLICE: Duration = Duration::from_millis(8);
/// Frames never take more than about this share of the time: after a frame of t ms, 3 t ms belong to the steps.
const STEPS_PER_FRAME_TIME: u32 = 3;

/// How long a run that is slowed down rests between two looks at its clock and its messages, in milliseconds.
const REST: u32 = 4;

/// The worker half of a lesson.
///
/// `step` never reads back from the device; `snapshot` is the only readback, in one transaction. `save` and `restore`
/// hold everything that decides how the run goes on: parameters, optimiser, batches, random state.
#[allow(async_fn_in_trait, reason = "tasks live in one thread; no Send bound is wanted")]
pub trait Task: Sized + 'static {
    /// The lesson's messages.
    type Protocol: Protocol;
    /// Builds the task from its settings, fetching what it needs.
    async fn start(settings: SettingsOf<Self>, context: Context) -> Result<Self, Trouble>;
    /// One update. `false` means the stop rule of the settings has been met, or nothing is left to do.
    fn step(&mut self) -> Result<bool, Trouble>;
    /// Whether the next update waits for something that is on its way. Nothing is stepped meanwhile.
    fn waits(&self) -> bool {
        false
    }
    /// Takes over settings that need no new start.
    fn configure(&mut self, settings: SettingsOf<Self>);
    /// A lesson's own command.
    async fn command(&mut self, command: CommandOf<Self>) -> Result<(), Trouble>;
    /// Whether a command began something that takes many pieces of [`Self::work`].
    fn has_work(&self) -> bool {
        false
    }
    /// One piece of long work. Frames are sent and messages heard between two pieces, so it can be watched and ended. After
    /// an error nothing of it is left.
    async fn work(&mut self) -> Result<(), Trouble> {
        Ok(())
    }
    /// What the figures show now; also where curve points and numbers out of range are read back.
    async fn snapshot(&mut self, curves: &mut Vec<CurvePoint>) -> Result<SnapshotOf<Self>, Trouble>;
    /// Updates so far.
    fn steps(&self) -> u64;
    /// Why the run is over, once `step` has answered `false`.
    fn finished(&self) -> Option<String>;
    /// The whole state.
    async fn save(&mut self) -> Result<Vec<u8>, Trouble>;
    /// Takes a saved state back.
    async fn restore(&mut self, bytes: &[u8]) -> Result<(), Trouble>;
    /// The network's weights, as a file of them holds them.
    async fn weights(&mut self) -> Result<Parameters, Trouble>;
    /// Takes weights into a task that has just started. It is dropped if they do not fit.
    async fn take_weights(&mut self, parameters: &Parameters) -> Result<(), Trouble>;
}

/// The settings of a task's protocol.
pub type SettingsOf<T> = <<T as Task>::Protocol as Protocol>::Settings;
/// The commands of a task's protocol.
pub type CommandOf<T> = <<T as Task>::Protocol as Protocol>::Command;
/// The snapshot of a task's protocol.
pub type SnapshotOf<T> = <<T as Task>::Protocol as Protocol>::Snapshot;

/// The erased entry of one lesson's task.
pub type Serve = fn(Context, UnboundedReceiver<Request>, Beginning) -> LocalBoxFuture<'static, ()>;

/// How a run begins.
pub struct Beginning {
    /// The settings, encoded.
    pub settings: Vec<u8>,
    /// A checkpoint to go on from.
    pub checkpoint: Option<ArrayBuffer>,
    /// The run's number.
    pub run: u32,
}

/// Serves one lesson until the page terminates the worker.
pub fn serve<T: Task>(
    context: Context,
    inbox: UnboundedReceiver<Request>,
    beginning: Beginning,
) -> LocalBoxFuture<'static, ()> {
    async move {
        let settings = match decode::<SettingsOf<T>>(&beginning.settings) {
            Ok(settings) => settings,
            Err(trouble) => return context.tell(trouble),
        };
        let mut server = Server::<T>::new(context, settings, beginning.run);
        if let Err(trouble) = server.start(beginning.checkpoint).await {
            server.context.say(trouble);
        }
        server.run(inbox).await;
    }
    .boxed_local()
}

struct Server<T: Task> {
    context: Context,
    settings: SettingsOf<T>,
    task: Option<T>,
    running: bool,
    advance: u32,
    speed: f32,
    owed: f64,
    frame_wanted: Option<bool>,
    changed: bool,
    run: u32,
    animation: Animation,
    pace: Pace,
    next_frame: Instant,
    last_turn: Instant,
}

impl<T: Task> Server<T> {
    fn new(context: Context, settings: SettingsOf<T>, run: u32) -> Self {
        let now = Instant::now();
        Self {
            context,
            settings,
            task: None,
            running: false,
            advance: 0,
            speed: 0.0,
            owed: 0.0,
            frame_wanted: None,
            changed: true,
            run,
            animation: Animation::default(),
            pace: Pace::default(),
            next_frame: now,
            last_turn: now,
        }
    }

    async fn start(&mut self, checkpoint: Option<ArrayBuffer>) -> Result<(), Trouble> {
        self.changed = true;
        self.advance = 0;
        self.task = None;
        let mut task = T::start(self.settings.clone(), self.context.clone()).await?;
        if let Some(checkpoint) = checkpoint {
            task.restore(&to_bytes(&checkpoint)).await?;
        }
        self.task = Some(task);
        Ok(())
    }

    async fn run(mut self, mut inbox: UnboundedReceiver<Request>) {
        loop {
            while let Ok(request) = inbox.try_recv() {
                self.handle(request).await;
            }
            if self.task.as_ref().is_some_and(|task| task.steps() == 0) {
                // However early it was told to run: the time machine begins where the run does.
                self.send_frame().await;
            }
            self.take_steps();
            self.work().await;
            self.send_frame().await;
            let rests = self.running && self.speed > 0.0 && self.owed < 1.0;
            if (rests || self.waits()) && !self.has_work() {
                // Whoever asks for five steps a second, or waits for a file, shall not pay with a busy core.
                fetch::pause(REST).await;
            } else if self.is_busy() {
                yield_macrotask().await;
            } else {
                match inbox.next().await {
                    Some(request) => self.handle(request).await,
                    None => return,
                }
            }
        }
    }

    async fn handle(&mut self, request: Request) {
        let outcome = match request {
            Request::Start { .. } | Request::GiveUp { .. } => Ok(()),
            Request::Configure { settings, run } => {
                self.run = run;
                self.configure(&settings).await
            }
            Request::Run(on) => {
                self.running = on && self.task.is_some();
                self.advance = 0;
                self.owed = 0.0;
                self.changed = true;
                self.last_turn = Instant::now();
                self.pace.begin();
                Ok(())
            }
            Request::Advance(steps) => {
                self.running = false;
                self.advance = self.advance.saturating_add(steps);
                Ok(())
            }
            Request::Speed(speed) => {
                self.speed = speed;
                self.owed = 0.0;
                Ok(())
            }
            Request::Reset { run } => {
                self.run = run;
                self.running = false;
                self.start(None).await
            }
            Request::Frame { checkpoint, anyway } => {
                self.frame_wanted = Some(checkpoint);
                self.changed |= anyway;
                Ok(())
            }
            Request::Command(bytes) => self.command(&bytes).await,
            Request::SaveWeights => self.save_weights().await,
            Request::LoadWeights { bytes, run } => {
                self.load_weights(&bytes.as_ref().map(to_bytes).unwrap_or_default(), run).await
            }
            Request::Animate(still) => {
                if let Some((name, bytes)) = self.animation.add(still) {
                    let bytes = Some(to_buffer(&bytes));
                    let _ = self.context.outbox.unbounded_send(Response::Animation { name, bytes });
                }
                Ok(())
            }
            Request::Restore { checkpoint, run } => {
                self.run = run;
                self.restore(checkpoint).await
            }
        };
        if let Err(trouble) = outcome {
            self.fail(trouble);
        }
    }

    async fn configure(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let settings = decode::<SettingsOf<T>>(bytes)?;
        let restarts = settings.restarts(&self.settings) || self.task.is_none();
        self.settings = settings.clone();
        if restarts {
            self.running = false;
            return self.start(None).await;
        }
        if let Some(task) = &mut self.task {
            task.configure(settings);
            self.changed = true;
        }
        Ok(())
    }

    async fn command(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let command = decode::<CommandOf<T>>(bytes)?;
        if let Some(task) = &mut self.task {
            self.changed = true;
            task.command(command).await?;
        }
        Ok(())
    }

    /// Takes a saved state back, into a fresh task if there is none.
    async fn restore(&mut self, checkpoint: Option<ArrayBuffer>) -> Result<(), Trouble> {
        self.running = false;
        let (Some(task), Some(checkpoint)) = (&mut self.task, &checkpoint) else { return self.start(checkpoint).await };
        self.advance = 0;
        self.changed = true;
        task.restore(&to_bytes(checkpoint)).await
    }

    async fn save_weights(&mut self) -> Result<(), Trouble> {
        if let Some(task) = &mut self.task {
            let parameters = task.weights().await?;
            let bytes = Some(to_buffer(&weights::to_safetensors(&parameters, Precision::F32)));
            let _ = self.context.outbox.unbounded_send(Response::Weights { step: task.steps(), bytes });
        }
        Ok(())
    }

    /// A fresh task from the same settings, with these weights; the running one stays if they do not fit.
    async fn load_weights(&mut self, bytes: &[u8], run: u32) -> Result<(), Trouble> {
        let parameters = weights::from_safetensors(bytes).map_err(|error| another(error.into()))?;
        if let Some(layer) = parameters.first_broken_layer() {
            return Err(Trouble::new(format!("{layer} in this file holds what is no number."), Remedy::Choose));
        }
        let mut task = T::start(self.settings.clone(), self.context.clone()).await?;
        task.take_weights(&parameters).await.map_err(another)?;
        self.task = Some(task);
        self.running = false;
        self.advance = 0;
        self.changed = true;
        self.run = run;
        let _ = self.context.outbox.unbounded_send(Response::Loaded { run });
        Ok(())
    }

    fn fail(&mut self, trouble: Trouble) {
        self.running = false;
        self.advance = 0;
        self.changed = true;
        self.context.say(trouble);
    }

    fn take_steps(&mut self) {
        let now = Instant::now();
        let elapsed = now.duration_since(self.last_turn).as_secs_f64();
        self.last_turn = now;
        if !self.running && self.advance == 0 {
            return;
        }
        if self.running && self.speed > 0.0 {
            // At most a tenth of a second's worth is owed, so a stall is not followed by a burst.
            let most = (f64::from(self.speed) * 0.1).max(1.0);
            self.owed = (self.owed + elapsed * f64::from(self.speed)).min(most);
        }
        let mut taken = 0_u64;
        loop {
            let Some(task) = &mut self.task else { return };
            if task.waits() {
                break;
            }
            if self.running && self.speed > 0.0 {
                if self.owed < 1.0 {
                    break;
                }
                self.owed -= 1.0;
            }
            match task.step() {
                Ok(more) => {
                    taken += 1;
                    self.changed = true;
                    self.advance = self.advance.saturating_sub(1);
                    if !more {
                        self.running = false;
                        self.advance = 0;
                        break;
                    }
                }
                Err(trouble) => return self.fail(trouble),
            }
            if (!self.running && self.advance == 0) || now.elapsed() >= SLICE {
                break;
            }
        }
        self.pace.add(taken, now.elapsed(), Instant::now());
    }

    /// Works for a few milliseconds at what a command began.
    async fn work(&mut self) {
        let started = Instant::now();
        while started.elapsed() < SLICE
            && let Some(task) = &mut self.task
            && task.has_work()
        {
            self.changed = true;
            if let Err(trouble) = task.work().await {
                return self.fail(trouble);
            }
        }
    }

    fn has_work(&self) -> bool {
        self.task.as_ref().is_some_and(T::has_work)
    }

    /// Whether steps that were asked for cannot be taken yet.
    fn waits(&self) -> bool {
        (self.running || self.advance > 0) && self.task.as_ref().is_some_and(T::waits)
    }

    /// Whether there is something to do without being asked again.
    fn is_busy(&self) -> bool {
        self.task.as_ref().is_some_and(|task| self.running || self.advance > 0 || task.has_work())
    }

    async fn send_frame(&mut self) {
        let Some(checkpoint) = self.frame_wanted else { return };
        let started = Instant::now();
        if !self.changed || (self.is_busy() && started < self.next_frame) {
            return;
        }
        let waits = self.waits();
        let Some(task) = &mut self.task else { return };
        let mut curves = Vec::new();
        let snapshot = match task.snapshot(&mut curves).await {
            Ok(snapshot) => snapshot,
            Err(trouble) => return self.fail(trouble),
        };
        let checkpoint = match checkpoint {
            true => match task.save().await {
                Ok(bytes) => Some(to_buffer(&bytes)),
                Err(trouble) => return self.fail(trouble),
            },
            false => None,
        };
        let frame = FrameMessage {
            step: task.steps(),
            running: self.running,
            owes: self.advance > 0 || task.has_work(),
            waits,
            finished: task.finished(),
            rate: self.pace.rate(),
            step_time: self.pace.step_time(),
            curves,
            snapshot: encode(&snapshot),
            checkpoint,
            run: self.run,
        };
        let _ = self.context.outbox.unbounded_send(Response::Frame(frame));
        self.frame_wanted = None;
        self.changed = false;
        self.next_frame = Instant::now() + started.elapsed() * STEPS_PER_FRAME_TIME;
    }
}

/// The trouble with a file of the reader's, who may choose another one.
fn another(trouble: Trouble) -> Trouble {
    match trouble.remedy {
        Remedy::Dismiss => Trouble { remedy: Remedy::Choose, ..trouble },
        _ => trouble,
    }
}

/// Whether the stop rule of the settings has been met; 0 never stops.
pub fn is_over(stop: u32, steps: u64) -> bool {
    stop > 0 && steps >= stop.into()
}

/// What a run says that its stop rule has ended.
pub fn stopped(stop: u32, steps: u64) -> Option<String> {
    is_over(stop, steps).then(|| format!("Stopped after {steps} steps, as the settings ask."))
}

/// A trouble for numbers that left the finite range, with layer and step named.
pub fn not_finite(what: &str, step: u64) -> Trouble {
    Trouble::new(format!("At step {step} the numbers in {what} grew beyond what a computer can hold."), Remedy::Calmer)
}

/// Lets waiting messages in. A message channel is not slowed down as nested timers are.
async fn yield_macrotask() {
    use wasm_bindgen::{JsCast, closure::Closure};
    thread_local! {
        static CHANNEL: web_sys::MessageChannel =
            web_sys::MessageChannel::new().expect("every browser with workers has message channels");
    }
    let (sender, receiver) = futures::channel::oneshot::channel();
    let wake = Closure::once(move || {
        let _ = sender.send(());
    });
    CHANNEL.with(|channel| {
        channel.port1().set_onmessage(Some(wake.as_ref().unchecked_ref()));
        let _ = channel.port2().post_message(&wasm_bindgen::JsValue::NULL);
    });
    let _ = receiver.await;
}
