//! What the bench's buttons do to a session.

use js_sys::ArrayBuffer;
use leptos::prelude::*;

use super::{
    Session,
    bench::Action,
    protocol::{Protocol, Remedy, Request, Settings, encode},
};

impl<P: Protocol> Session<P> {
    /// Carries out a button, on the twins too.
    pub(super) fn carry_out(&self, action: Action) {
        if !matches!(action, Action::Remedy | Action::SaveWeights | Action::GiveUp) {
            let twins = self.with(|inner| inner.twins.borrow().clone()).unwrap_or_default();
            twins.iter().for_each(|twin| twin.act(action));
        }
        if matches!(action, Action::Train | Action::Step | Action::Reset) && !self.has_worker() {
            return;
        }
        match action {
            Action::GoOn => self.go_on(),
            Action::Train | Action::Step if !self.bench.trains.get_untracked() => {}
            Action::Train => {
                self.begin_if_stuck();
                if self.bench.finished.with_untracked(Option::is_some) {
                    self.change(|settings| *settings = settings.endless());
                }
                self.bench.offer.set(None);
                self.bench.trouble.set(None);
                self.bench.bound_for.set(None);
                self.bench.rests.set(false);
                self.bench.running.set(true);
                self.send(Request::Run(true));
            }
            Action::Pause => {
                self.bench.stand();
                self.with(|inner| {
                    inner.state.borrow_mut().queued.retain(|request| !matches!(request, Request::Advance(_)));
                });
                self.send(Request::Run(false));
            }
            Action::Step => {
                self.begin_if_stuck();
                self.bench.stand();
                self.send_or_queue(Request::Advance(1));
            }
            Action::Advance(steps) => self.advance(steps),
            Action::Reset => {
                self.forget();
                self.send(Request::Reset { run: self.run() });
            }
            Action::Speed(speed) => {
                self.bench.speed.set(speed);
                self.send(Request::Speed(speed));
            }
            Action::Rewind(step) => {
                let found = self.with(|inner| inner.history.borrow().nearest(step)).flatten();
                if let Some((at, checkpoint)) = found {
                    // What came after is kept until the run takes another way, so that the scrubber goes both ways.
                    let curves = self.curves.get_untracked();
                    let shown = self.with(|inner| {
                        let mut state = inner.state.borrow_mut();
                        state.rewound = Some(at);
                        state.whole.get_or_insert(curves).until(at)
                    });
                    self.curves.set(shown.unwrap_or_default());
                    self.go_to(at, checkpoint);
                }
            }
            Action::Remedy => return self.remedy(),
            Action::SaveWeights => self.send_or_queue(Request::SaveWeights),
            Action::GiveUp => {
                if let Some(file) = untrack(|| self.bench.loading()) {
                    self.send(Request::GiveUp { name: file.name });
                }
                return;
            }
        }
        self.ask_for_frame();
    }

    /// Takes so many steps, then pauses.
    fn advance(&self, steps: u32) {
        self.bench.bound_for.set(Some(self.bench.step.get_untracked() + u64::from(steps)));
        self.bench.rests.set(false);
        self.send_or_queue(Request::Advance(steps));
    }

    /// Goes on to a step that a run beside it has come to, unless that is behind or the time machine has gone back: steps
    /// from there would be another way.
    pub fn catch_up(&self, step: u64) {
        let behind = step.saturating_sub(self.bench.step.get_untracked());
        let has_gone_back = self.with(|inner| inner.state.borrow().rewound.is_some()).unwrap_or(true);
        if behind > 0 && !has_gone_back && self.bench.finished.with_untracked(Option::is_none) {
            self.advance(u32::try_from(behind).unwrap_or(u32::MAX));
            self.ask_for_frame();
        }
    }

    /// Begins anew with the weights of a file, if they fit.
    pub(super) fn load_weights(&self, bytes: ArrayBuffer) {
        if !self.has_worker() {
            return;
        }
        self.bench.trouble.set(None);
        self.send_or_queue(Request::LoadWeights { bytes: Some(bytes), run: self.run() + 1 });
        self.ask_for_frame();
    }

    /// The weights of a file have been taken: their run begins. Nothing is done if another run has begun meanwhile.
    pub(super) fn loaded(&self, run: u32) {
        if run == self.run() + 1 {
            self.forget();
            self.ask_for_frame();
        }
    }

    /// Shows a checkpoint's step and goes on from it: in the running worker, or in the one that is still starting.
    pub(super) fn go_to(&self, step: u64, checkpoint: ArrayBuffer) {
        self.bench.stand();
        self.bench.finished.set(None);
        self.bench.step.set(step);
        let run = self.next_run();
        let early = self.with(|inner| {
            let mut state = inner.state.borrow_mut();
            if !state.started {
                state.resume = Some(checkpoint.clone());
            }
            !state.started
        });
        if early == Some(false) {
            self.send(Request::Restore { checkpoint: Some(checkpoint), run });
        }
    }

    /// Whether there is a worker. Where none could be started, another try is made; its trouble is told again.
    fn has_worker(&self) -> bool {
        let is_there =
            || self.with(|inner| inner.worker.borrow().is_some() || inner.state.borrow().closed) == Some(true);
        if !is_there() {
            self.bench.trouble.set(None);
            self.resume();
        }
        is_there()
    }

    /// Begins the run again if it could not begin before. What is asked for next waits for it.
    fn begin_if_stuck(&self) {
        if self.with(|inner| inner.state.borrow().stuck) == Some(true) {
            self.begin();
        }
    }

    /// Begins the run again.
    fn begin(&self) {
        self.forget();
        self.send(Request::Reset { run: self.run() });
        self.ask_for_frame();
    }

    fn remedy(&self) {
        let Some(trouble) = self.bench.trouble.get_untracked() else { return };
        self.bench.trouble.set(None);
        match trouble.remedy {
            Remedy::Dismiss | Remedy::Choose => {}
            Remedy::Retry | Remedy::Fetch => self.begin(),
            Remedy::Resume => self.resume(),
            Remedy::Calmer => {
                let calmer = self.settings.get_untracked().calmer();
                self.settings.set(calmer.clone());
                self.send(Request::Configure { settings: encode(&calmer), run: self.run() });
                let step = self.bench.checkpoints.with_untracked(|steps| steps.last().copied());
                match step {
                    Some(step) => self.carry_out(Action::Rewind(step)),
                    None => self.carry_out(Action::Reset),
                }
            }
        }
    }

    /// A fresh CPU worker goes on from the last checkpoint.
    pub(super) fn resume(&self) {
        self.with(|inner| {
            inner.state.borrow_mut().resume = inner.history.borrow().last().map(|(_, checkpoint)| checkpoint)
        });
        self.spawn("worker");
    }
}
