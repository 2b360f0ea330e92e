//! A session is one running task: settings go in, frames come out. This is its page half.
//!
//! A lesson has one session that its bench drives; experiments and twins are further sessions with settings of their
//! own. Dropping a session terminates its worker.

mod actions;
mod bench;
pub mod engine;
mod gpu;
pub mod history;
pub mod host;
mod keep;
pub mod protocol;
pub mod query;
pub mod serve;
pub mod worker;

use std::{cell::RefCell, rc::Rc, sync::Arc};

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_time::Instant;

pub use self::bench::{Action, Bench};
use self::{
    history::{Curves, History},
    keep::Kept,
    protocol::{
        Engine, EngineReport, FrameMessage, Protocol, Remedy, Request, Response, Settings, Trouble, decode, encode,
    },
    query::QueryWriter,
    worker::{Event, Worker},
};

/// A running task as the page sees it. Copy: hand it to every figure.
pub struct Session<P: Protocol> {
    /// The settings; change them with [`Session::change`].
    pub settings: RwSignal<P::Settings>,
    /// The newest snapshot.
    pub snapshot: RwSignal<Option<Arc<P::Snapshot>>>,
    /// The curves of this run.
    pub curves: RwSignal<Curves>,
    /// What every lesson's bench shows.
    pub bench: Bench,
    inner: StoredValue<Rc<Inner>, LocalStorage>,
}

impl<P: Protocol> Clone for Session<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P: Protocol> Copy for Session<P> {}

struct Inner {
    worker: RefCell<Option<Worker>>,
    /// The WebGPU worker, until it has passed its check and takes over.
    successor: RefCell<Option<Worker>>,
    history: RefCell<History>,
    state: RefCell<State>,
    base: String,
    slug: &'static str,
    /// Twins that do what this session's bench does.
    twins: RefCell<Vec<Bench>>,
}

#[derive(Default)]
struct State {
    /// A frame has been asked for and has not come.
    waiting: bool,
    /// Something was asked for after that frame: it may be older than the question, so another one is wanted.
    again: bool,
    /// The next frame is wanted even if nothing has changed.
    anyway: bool,
    /// The worker has said Ready and has been told to start.
    started: bool,
    /// The run that the page shows; frames of an earlier one are dropped.
    run: u32,
    /// Commands given before the worker was ready.
    queued: Vec<Request>,
    /// The checkpoint to begin from when the worker is ready.
    resume: Option<Vec<u8>>,
    /// Whether training goes on once the worker has taken over.
    resume_running: bool,
    /// Troubles in a row without a good frame between them.
    deaths: u32,
    closed: bool,
    /// Whether this session may move to WebGPU at all.
    main: bool,
    /// Whether WebGPU has been looked for.
    looked: bool,
    /// The run that was kept from an earlier visit, while it is on offer.
    kept: Option<Kept>,
    /// When the run was kept last, and at which step.
    kept_at: Option<(Instant, u64)>,
}

impl<P: Protocol> Session<P> {
    /// Starts a session with these settings on the engine the page asks for.
    pub fn new(settings: P::Settings) -> Self {
        let session = Self::build(settings);
        session.with(|inner| inner.state.borrow_mut().main = true);
        session.spawn("worker");
        session.look_for_gpu();
        session.look_for_kept();
        session
    }

    /// Starts a session that always computes on the CPU: experiments and tiny twins.
    pub fn on_cpu(settings: P::Settings) -> Self {
        let session = Self::build(settings);
        session.spawn("worker");
        session
    }

    fn build(settings: P::Settings) -> Self {
        let curves = RwSignal::new(Curves::default());
        let inner = Rc::new(Inner {
            worker: RefCell::default(),
            successor: RefCell::default(),
            history: RefCell::default(),
            state: RefCell::default(),
            base: crate::site::base(),
            slug: P::SLUG,
            twins: RefCell::default(),
        });
        let act = StoredValue::new(None::<Callback<Action>>);
        let bench = Bench {
            step: RwSignal::new(0),
            running: RwSignal::new(false),
            finished: RwSignal::new(None),
            rate: RwSignal::new(0.0),
            speed: RwSignal::new(0.0),
            engine: RwSignal::new(None),
            files: RwSignal::new(Vec::new()),
            trouble: RwSignal::new(None),
            checkpoints: RwSignal::new(Vec::new()),
            curves,
            runs: RwSignal::new(Vec::new()),
            offer: RwSignal::new(None),
            act: Callback::new(move |action| {
                if let Some(callback) = act.get_value() {
                    callback.run(action);
                }
            }),
        };
        let session = Self {
            settings: RwSignal::new(settings),
            snapshot: RwSignal::new(None),
            curves,
            bench,
            inner: StoredValue::new_local(inner),
        };
        act.set_value(Some(Callback::new(move |action| session.carry_out(action))));
        on_cleanup(move || session.close());
        session
    }

    /// Changes the settings: taken over while running where the lesson can, else a new start.
    pub fn change(&self, change: impl FnOnce(&mut P::Settings)) {
        let before = self.settings.get_untracked();
        let mut after = before.clone();
        change(&mut after);
        if after == before {
            return;
        }
        if after.restarts(&before) {
            self.forget();
        }
        self.send(&Request::Configure { settings: encode(&after), run: self.run() });
        let gains = after.gains_from_gpu();
        self.settings.set(after);
        self.ask_for_frame();
        // A run that has grown may gain from what the first one had no use for.
        if gains && self.with(|inner| inner.state.borrow().main && !inner.state.borrow().looked) == Some(true) {
            self.look_for_gpu();
        }
    }

    /// Begins a fresh run with these settings, even if they are the ones that have just run.
    pub fn restart(&self, settings: P::Settings) {
        let is_new = self.settings.with_untracked(|before| settings.restarts(before));
        self.change(|before| *before = settings);
        if !is_new {
            self.carry_out(Action::Reset);
        }
    }

    /// Sends a lesson's own command.
    pub fn command(&self, command: P::Command) {
        self.send_or_queue(Request::Command(encode(&command)));
        self.ask_for_frame();
    }

    /// Sends a request, or keeps it until the worker is ready.
    fn send_or_queue(&self, request: Request) {
        let early = self.with(|inner| {
            let mut state = inner.state.borrow_mut();
            if !state.started {
                state.queued.push(request.clone());
            }
            !state.started
        });
        if early == Some(false) {
            self.send(&request);
        }
    }

    /// Makes another session a twin: one bench, one cursor for both.
    pub fn lead(&self, twin: Bench) {
        self.with(|inner| inner.twins.borrow_mut().push(twin));
    }

    /// Ends the session: its worker is terminated at once. Called by itself when the lesson is left.
    pub fn close(&self) {
        self.inner.try_with_value(|inner| {
            inner.state.borrow_mut().closed = true;
            // Dropped after the borrow ends: terminating runs no code of ours.
            let workers = (inner.worker.borrow_mut().take(), inner.successor.borrow_mut().take());
            drop(workers);
        });
    }

    fn run(&self) -> u32 {
        self.with(|inner| inner.state.borrow().run).unwrap_or_default()
    }

    fn next_run(&self) -> u32 {
        self.with(|inner| {
            let mut state = inner.state.borrow_mut();
            state.run += 1;
            state.run
        })
        .unwrap_or_default()
    }

    fn forget(&self) {
        self.next_run();
        self.keep_run();
        self.curves.set(Curves::default());
        self.bench.step.set(0);
        self.bench.running.set(false);
        self.bench.finished.set(None);
        self.bench.trouble.set(None);
        self.bench.checkpoints.set(Vec::new());
        self.with(|inner| inner.history.borrow_mut().clear());
    }

    /// Keeps the run that ends for comparison, if it has come anywhere.
    fn keep_run(&self) {
        let step = self.bench.step.get_untracked();
        if step > 1 && self.curves.with_untracked(|curves| !curves.is_empty()) {
            let mut writer = QueryWriter::default();
            self.settings.with_untracked(|settings| settings.write(&mut writer));
            let settings = writer.finish();
            self.curves.with_untracked(|curves| {
                self.bench.runs.update(|runs| history::keep_run(runs, &settings, step, curves));
            });
        }
    }

    fn with<T>(&self, read: impl FnOnce(&Rc<Inner>) -> T) -> Option<T> {
        self.inner.try_with_value(read)
    }

    fn send(&self, request: &Request) {
        self.with(|inner| {
            if inner.state.borrow().started
                && let Some(worker) = inner.worker.borrow().as_ref()
            {
                worker.send(request);
            }
        });
    }

    /// Starts a worker; the one before it, if any, is terminated.
    fn spawn(&self, name: &str) {
        let session = *self;
        let Some(inner) = self.with(Rc::clone) else { return };
        {
            let mut state = inner.state.borrow_mut();
            state.started = false;
            state.waiting = false;
        }
        let started = Worker::start(&inner.base, name, move |event| match event {
            Event::Message(response) => session.hear(response),
            Event::Died(words) => session.died(&words),
        });
        match started {
            Ok(worker) => {
                inner.worker.replace(Some(worker));
            }
            Err(sentence) => self.bench.trouble.set(Some(Trouble::new(sentence, Remedy::Dismiss))),
        }
    }

    fn hear(&self, response: Response) {
        if self.with(|inner| inner.state.borrow().closed).unwrap_or(true) {
            return;
        }
        match response {
            Response::Ready(report) => self.ready(report),
            Response::Progress(progress) => {
                self.bench.files.update(|files| match files.iter_mut().find(|file| file.name == progress.name) {
                    Some(file) => *file = progress,
                    None => files.push(progress),
                })
            }
            Response::Frame(frame) => self.frame(frame),
            Response::Trouble(trouble) => {
                self.bench.running.set(false);
                self.bench.trouble.set(Some(trouble));
                self.with(|inner| {
                    let mut state = inner.state.borrow_mut();
                    state.waiting = false;
                    state.again = false;
                });
            }
        }
    }

    fn ready(&self, report: EngineReport) {
        self.bench.engine.update(|engine| {
            // A reason found on the page ("the address asks for the CPU") says more than the worker's own.
            let known = engine.take().filter(|known| known.engine == report.engine);
            *engine = Some(known.unwrap_or(report));
        });
        let settings = self.settings.get_untracked();
        let (run, queued) = (self.next_run(), self.with(|inner| std::mem::take(&mut inner.state.borrow_mut().queued)));
        let resume_running = self.with(|inner| {
            let mut state = inner.state.borrow_mut();
            state.started = true;
            if let Some(worker) = inner.worker.borrow().as_ref() {
                worker.send(&Request::Start {
                    slug: inner.slug.into(),
                    settings: encode(&settings),
                    checkpoint: state.resume.take(),
                    base: inner.base.clone(),
                    run,
                });
            }
            std::mem::take(&mut state.resume_running)
        });
        for request in queued.unwrap_or_default() {
            self.send(&request);
        }
        self.send(&Request::Speed(self.bench.speed.get_untracked()));
        if resume_running == Some(true) || self.bench.running.get_untracked() {
            self.bench.running.set(true);
            self.send(&Request::Run(true));
        }
        self.ask_for_frame();
    }

    fn frame(&self, frame: FrameMessage) {
        if frame.run != self.run() {
            self.with(|inner| inner.state.borrow_mut().waiting = false);
            return self.ask_for_frame();
        }
        let Ok(snapshot) = decode::<P::Snapshot>(&frame.snapshot) else {
            return self.died("its message could not be read");
        };
        let again = self.with(|inner| {
            let mut state = inner.state.borrow_mut();
            state.waiting = false;
            state.deaths = 0;
            if let Some(bytes) = frame.checkpoint {
                let mut history = inner.history.borrow_mut();
                history.keep(frame.step, bytes);
                self.bench.checkpoints.set(history.steps());
            }
            state.anyway = std::mem::take(&mut state.again);
            state.anyway
        });
        let again = again.unwrap_or_default();
        self.bench.step.set(frame.step);
        self.bench.rate.set(frame.rate);
        if !again && self.bench.running.get_untracked() != frame.running {
            self.bench.running.set(frame.running);
        }
        if !again && self.bench.finished.with_untracked(|finished| *finished != frame.finished) {
            self.bench.finished.set(frame.finished);
        }
        if !frame.curves.is_empty() {
            self.curves.update(|curves| curves.extend(&frame.curves));
        }
        self.snapshot.set(Some(Arc::new(snapshot)));
        self.keep();
        if again || frame.running {
            let session = *self;
            next_animation_frame(move || session.ask_for_frame());
        }
    }

    /// Asks for the next frame unless one is on its way.
    fn ask_for_frame(&self) {
        let ask = self.with(|inner| {
            let mut state = inner.state.borrow_mut();
            if state.closed || !state.started {
                return None;
            }
            if std::mem::replace(&mut state.waiting, true) {
                state.again = true;
                return None;
            }
            state.again = false;
            let step = self.bench.step.try_get_untracked()?;
            let checkpoint = inner.history.borrow().wants(step) || step == 0;
            Some(Request::Frame { checkpoint, anyway: std::mem::take(&mut state.anyway) })
        });
        if let Some(Some(request)) = ask {
            self.send(&request);
        }
    }

    fn died(&self, words: &str) {
        let Some(deaths) = self.with(|inner| {
            let mut state = inner.state.borrow_mut();
            state.deaths += 1;
            state.started = false;
            state.waiting = false;
            state.again = false;
            state.deaths
        }) else {
            return;
        };
        let was_running = self.bench.running.get_untracked();
        let was_gpu = self.bench.engine.with_untracked(|e| e.as_ref().is_some_and(|e| e.engine == Engine::WebGpu));
        let step = self.bench.checkpoints.with_untracked(|steps| steps.last().copied()).unwrap_or(0);
        self.bench.running.set(false);
        if deaths > 3 {
            let sentence = format!("The computation stopped again and again ({}).", first_line(words));
            return self.bench.trouble.set(Some(Trouble::new(sentence, Remedy::Resume)));
        }
        let lost = if was_gpu { "The graphics processor was lost" } else { "The computation stopped" };
        let sentence = format!("{lost} ({}); it goes on on the CPU from step {step}.", first_line(words));
        self.bench.engine.set(Some(EngineReport { engine: Engine::Cpu, reason: format!("{lost} during this visit.") }));
        self.with(|inner| inner.state.borrow_mut().resume_running = was_running);
        self.curves.update(|curves| curves.truncate(step));
        self.resume();
        self.bench.trouble.set(Some(Trouble::new(sentence, Remedy::Dismiss)));
    }
}

fn first_line(words: &str) -> String {
    words.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("no reason given").chars().take(120).collect()
}

/// Runs once, after the browser has drawn.
fn next_animation_frame(run: impl FnOnce() + 'static) {
    let Some(window) = web_sys::window() else { return };
    let run = Closure::once_into_js(run);
    // Fails only without a window, which has just been found.
    let _ = window.request_animation_frame(run.unchecked_ref());
}
