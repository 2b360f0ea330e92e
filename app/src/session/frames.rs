//! What the page does with what the worker says, above all with frames.

use std::{cell::Cell, rc::Rc, sync::Arc};

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};

use super::{
    Session,
    protocol::{Engine, EngineReport, FrameMessage, Protocol, Remedy, Request, Response, Trouble, decode, encode},
};
use crate::widgets::before_drawing;

impl<P: Protocol> Session<P> {
    pub(super) fn hear(&self, response: Response) {
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
            Response::Weights { step, bytes } => {
                let name = format!("{}-step-{step}.safetensors", P::SLUG);
                self.bench.file.set(bytes.map(|bytes| (name, bytes)));
            }
            Response::Animation { name, bytes } => self.bench.file.set(bytes.map(|bytes| (name, bytes))),
            Response::Loaded { run } => self.loaded(run),
            // Only a lost device cannot be read; the CPU takes over without being asked.
            Response::Trouble(trouble) if trouble.remedy == Remedy::Resume && self.is_on_gpu() => {
                self.died("its results could not be read back");
            }
            Response::Trouble(trouble) => {
                self.bench.stand();
                self.bench.waits.set(false);
                self.bench.trouble.set(Some(trouble));
                self.with(|inner| {
                    let mut state = inner.state.borrow_mut();
                    state.waiting = false;
                    state.again = false;
                    state.stuck = !state.seen;
                });
            }
        }
    }

    pub(super) fn ready(&self, report: EngineReport) {
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
                worker.send(Request::Start {
                    settings: encode(&settings),
                    checkpoint: state.resume.take(),
                    base: inner.base.clone(),
                    run,
                });
            }
            std::mem::take(&mut state.resume_running)
        });
        // The first frame is of the start, whatever was asked for meanwhile.
        self.ask_for_frame();
        let queued = queued.unwrap_or_default();
        let early = !queued.is_empty();
        queued.into_iter().for_each(|request| self.send(request));
        self.send(Request::Speed(self.bench.speed.get_untracked()));
        let runs = resume_running == Some(true) || self.bench.running.get_untracked();
        if runs {
            self.bench.running.set(true);
            self.send(Request::Run(true));
        }
        if runs || early {
            self.ask_for_frame();
        }
    }

    fn frame(&self, frame: FrameMessage) {
        if frame.run != self.run() {
            self.with(|inner| inner.state.borrow_mut().waiting = false);
            return self.ask_for_frame();
        }
        let Ok(snapshot) = decode::<P::Snapshot>(&frame.snapshot) else {
            return self.died("its message could not be read");
        };
        let asked = self.with(|inner| {
            let mut state = inner.state.borrow_mut();
            state.waiting = false;
            state.deaths = 0;
            (state.seen, state.stuck) = (true, false);
            let forked = state.rewound.is_some_and(|at| frame.step > at) && inner.fork(&mut state);
            let mut history = inner.history.borrow_mut();
            let keeps = frame.checkpoint.is_some();
            if let Some(checkpoint) = frame.checkpoint {
                history.keep(frame.step, checkpoint.byte_length() as usize, checkpoint);
            }
            if forked || keeps {
                self.bench.checkpoints.set(history.steps());
            }
            // A run that has come to rest is kept where it rests. The question for this frame may be older than the rest.
            let unkept = !frame.running && !frame.owes && !history.has(frame.step);
            let again = std::mem::take(&mut state.again);
            state.anyway = again || unkept;
            (again, state.anyway)
        });
        let (again, more) = asked.unwrap_or_default();
        self.bench.step.set(frame.step);
        self.bench.rate.set(frame.rate);
        if frame.step_time > 0.0 {
            self.bench.step_time.set(frame.step_time);
        }
        if !again {
            renew(self.bench.running, frame.running);
            renew(self.bench.finished, frame.finished);
        }
        let rests = !again && !frame.running && !frame.owes;
        if rests {
            renew(self.bench.bound_for, None);
        }
        renew(self.bench.rests, rests);
        renew(self.bench.waits, frame.waits);
        if !frame.curves.is_empty() {
            self.curves.update(|curves| curves.extend(&frame.curves));
        }
        self.snapshot.set(Some(Arc::new(snapshot)));
        self.bench.frames.update(|frames| *frames += 1);
        self.keep();
        if again {
            // The pen has moved on since the question: its picture is wanted in this very frame, not in the next.
            self.ask_for_frame();
        } else if more || frame.running || frame.owes {
            let session = *self;
            next_animation_frame(move || session.ask_for_frame());
        }
    }

    /// Asks for the next frame unless one is on its way.
    pub(super) fn ask_for_frame(&self) {
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
            let history = inner.history.borrow();
            // A run that stands still can be come back to exactly.
            let stands = self.bench.running.try_get_untracked() == Some(false);
            let changed = P::COMMANDS_CHANGE_RUN && state.rewound.is_none();
            let checkpoint = history.wants(step) || (stands && (changed || !history.has(step)));
            Some(Request::Frame { checkpoint, anyway: std::mem::take(&mut state.anyway) })
        });
        if let Some(Some(request)) = ask {
            self.send(request);
        }
    }

    fn is_on_gpu(&self) -> bool {
        self.bench.engine.with_untracked(|engine| engine.as_ref().is_some_and(|report| report.engine == Engine::WebGpu))
    }

    pub(super) fn died(&self, words: &str) {
        let Some(deaths) = self.with(|inner| {
            let mut state = inner.state.borrow_mut();
            state.deaths += 1;
            state.started = false;
            state.waiting = false;
            state.again = false;
            inner.fork(&mut state);
            self.bench.checkpoints.set(inner.history.borrow().steps());
            state.deaths
        }) else {
            return;
        };
        let was_running = self.bench.running.get_untracked();
        let was_gpu = self.is_on_gpu();
        let step = self.bench.checkpoints.with_untracked(|steps| steps.last().copied()).unwrap_or(0);
        self.bench.stand();
        if deaths > 3 {
            let sentence = format!("The computation stopped again and again ({}).", first_line(words));
            self.with(|inner| drop(inner.worker.borrow_mut().take()));
            return self.bench.trouble.set(Some(Trouble::new(sentence, Remedy::Resume)));
        }
        let lost = if was_gpu { "The graphics processor was lost" } else { "The computation stopped" };
        let sentence = format!("{lost} ({}); it goes on on the CPU from step {step}.", first_line(words));
        self.bench.engine.set(Some(EngineReport::new(Engine::Cpu, format!("{lost} during this visit."))));
        self.with(|inner| inner.state.borrow_mut().resume_running = was_running);
        self.curves.update(|curves| curves.truncate(step));
        self.resume();
        self.bench.trouble.set(Some(Trouble::new(sentence, Remedy::Dismiss)));
    }
}

/// Sets a signal unless it holds that value: with every frame, what follows it would run for nothing.
fn renew<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|known| *known != value) {
        signal.set(value);
    }
}

pub(super) fn first_line(words: &str) -> String {
    words.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("no reason given").chars().take(120).collect()
}

/// How long a run waits to be read where the browser does not draw, in milliseconds.
const UNSEEN: i32 = 1_000;

/// Runs once, after the browser has drawn. A page that nobody sees is not drawn: there it runs after a while, because what
/// a run measures would pile up in its worker.
fn next_animation_frame(run: impl FnOnce() + 'static) {
    let run = Rc::new(Cell::new(Some(run)));
    let late = run.clone();
    // Kept here and not by the browser: a timer that is stopped would never give it back.
    let later = Closure::once(move || {
        if let Some(run) = late.take() {
            run();
        }
    });
    let timer =
        window().set_timeout_with_callback_and_timeout_and_arguments_0(later.as_ref().unchecked_ref(), UNSEEN).ok();
    before_drawing(move || {
        timer.iter().for_each(|timer| window().clear_timeout_with_handle(*timer));
        drop(later);
        if let Some(run) = run.take() {
            run();
        }
    });
}
