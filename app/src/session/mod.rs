//! A session is one running task: settings go in, frames come out. This is its page half.
//!
//! A lesson has one session that its bench drives; experiments and twins are further sessions with settings of their
//! own. Dropping a session terminates its worker.

mod actions;
pub mod animation;
mod arrivals;
mod bench;
mod context;
pub mod engine;
mod frames;
mod gpu;
pub mod history;
pub mod host;
mod keep;
mod pace;
mod plot;
pub mod post;
pub mod protocol;
pub mod query;
pub mod serve;
pub mod worker;

use std::{cell::RefCell, rc::Rc, sync::Arc};

use js_sys::ArrayBuffer;
use leptos::prelude::*;
use web_time::Instant;

pub use self::bench::{Action, Bench, Still};
use self::{
    history::{Curves, History},
    keep::Kept,
    protocol::{Protocol, Remedy, Request, Settings, Trouble, encode},
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
    history: RefCell<History<ArrayBuffer>>,
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
    /// A frame of this run has come, so the worker has a task.
    seen: bool,
    /// This run could not begin: the worker has no task.
    stuck: bool,
    /// Commands given before the worker was ready.
    queued: Vec<Request>,
    /// The checkpoint to begin from when the worker is ready.
    resume: Option<ArrayBuffer>,
    /// Whether training goes on once the worker has taken over.
    resume_running: bool,
    /// Troubles in a row without a good frame between them.
    deaths: u32,
    /// The step that the time machine has gone back to, until the run takes another way from there.
    rewound: Option<u64>,
    /// The curves as they were before the time machine went back.
    whole: Option<Curves>,
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

impl Inner {
    /// The run goes on from where the time machine stands: what came after is forgotten. Says whether it had gone back.
    fn fork(&self, state: &mut State) -> bool {
        let Some(at) = state.rewound.take() else { return false };
        state.whole = None;
        self.history.borrow_mut().fork(at);
        true
    }
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
        // The bench's buttons act on the session that the bench is a part of.
        let whole = StoredValue::new(None::<Self>);
        let settings = RwSignal::new(settings);
        let bench = Bench {
            step: RwSignal::new(0),
            running: RwSignal::new(false),
            bound_for: RwSignal::new(None),
            rests: RwSignal::new(false),
            trains: Signal::derive(move || settings.with(P::Settings::trains)),
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
            frames: RwSignal::new(0),
            step_time: RwSignal::new(0.0),
            waits: RwSignal::new(false),
            file: RwSignal::new_local(None),
            load_weights: Callback::new(move |bytes| {
                if let Some(session) = whole.get_value() {
                    session.load_weights(bytes);
                }
            }),
            animate: Callback::new(move |still| {
                if let Some(session) = whole.get_value() {
                    session.send(Request::Animate(still));
                }
            }),
            act: Callback::new(move |action| {
                if let Some(session) = whole.get_value() {
                    session.carry_out(action);
                }
            }),
        };
        let session =
            Self { settings, snapshot: RwSignal::new(None), curves, bench, inner: StoredValue::new_local(inner) };
        whole.set_value(Some(session));
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
        self.send(Request::Configure { settings: encode(&after), run: self.run() });
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
            self.send(request);
        }
    }

    /// Makes another session a twin: one bench, one cursor for both.
    pub fn lead(&self, twin: Bench) {
        self.with(|inner| inner.twins.borrow_mut().push(twin));
    }

    /// The twin goes ways of its own again.
    pub fn let_go(&self, twin: Bench) {
        self.with(|inner| inner.twins.borrow_mut().retain(|known| known.step != twin.step));
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
            (state.seen, state.stuck) = (false, false);
            state.run
        })
        .unwrap_or_default()
    }

    fn forget(&self) {
        self.next_run();
        self.keep_run();
        self.curves.set(Curves::default());
        self.bench.step.set(0);
        self.bench.stand();
        self.bench.finished.set(None);
        self.bench.trouble.set(None);
        self.bench.checkpoints.set(Vec::new());
        self.with(|inner| {
            inner.history.borrow_mut().clear();
            let mut state = inner.state.borrow_mut();
            (state.rewound, state.whole, state.resume) = (None, None, None);
        });
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

    fn send(&self, request: Request) {
        self.with(|inner| {
            if inner.state.borrow().started
                && let Some(worker) = inner.worker.borrow().as_ref()
            {
                worker.send(request);
            }
        });
    }

    /// Starts a worker; the one before it, if any, is terminated.
    fn spawn(&self, program: &str) {
        let session = *self;
        let Some(inner) = self.with(Rc::clone) else { return };
        {
            let mut state = inner.state.borrow_mut();
            state.started = false;
            state.waiting = false;
        }
        let started = Worker::start(&inner.base, program, Some(inner.slug), move |event| match event {
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
}
