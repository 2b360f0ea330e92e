//! What the bench's buttons do to a session.

use leptos::prelude::*;

use super::{
    Session,
    bench::Action,
    protocol::{Protocol, Remedy, Request, Settings, encode},
};

impl<P: Protocol> Session<P> {
    /// Carries out a button, on the twins too.
    pub(super) fn carry_out(&self, action: Action) {
        if !matches!(action, Action::Remedy | Action::Dismiss) {
            let twins = self.with(|inner| inner.twins.borrow().clone()).unwrap_or_default();
            twins.iter().for_each(|twin| twin.act(action));
        }
        match action {
            Action::GoOn => self.go_on(),
            Action::Train => {
                self.bench.offer.set(None);
                self.bench.trouble.set(None);
                self.bench.running.set(true);
                self.send(&Request::Run(true));
            }
            Action::Pause => {
                self.bench.running.set(false);
                self.send(&Request::Run(false));
            }
            Action::Step => {
                self.bench.running.set(false);
                self.send_or_queue(Request::Advance(1));
            }
            Action::Advance(steps) => self.send_or_queue(Request::Advance(steps)),
            Action::Reset => {
                self.forget();
                self.send(&Request::Reset { run: self.run() });
            }
            Action::Speed(speed) => {
                self.bench.speed.set(speed);
                self.send(&Request::Speed(speed));
            }
            Action::Rewind(step) => {
                let found =
                    self.with(|inner| inner.history.borrow().nearest(step).map(|(at, bytes)| (at, bytes.to_vec())));
                if let Some((at, bytes)) = found.flatten() {
                    self.curves.update(|curves| curves.truncate(at));
                    self.go_to(at, bytes);
                }
            }
            Action::Remedy => return self.remedy(),
            Action::Dismiss => self.bench.trouble.set(None),
        }
        self.ask_for_frame();
    }

    /// Shows a checkpoint's step and goes on from it: in the running worker, or in the one that is still starting.
    pub(super) fn go_to(&self, step: u64, checkpoint: Vec<u8>) {
        self.bench.running.set(false);
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
            self.send(&Request::Restore { checkpoint, run });
        }
    }

    fn remedy(&self) {
        let Some(trouble) = self.bench.trouble.get_untracked() else { return };
        self.bench.trouble.set(None);
        match trouble.remedy {
            Remedy::Dismiss => {}
            Remedy::Retry => {
                self.forget();
                self.send(&Request::Reset { run: self.run() });
                self.ask_for_frame();
            }
            Remedy::Resume => self.resume(),
            Remedy::Calmer => {
                let calmer = self.settings.get_untracked().calmer();
                self.settings.set(calmer.clone());
                self.send(&Request::Configure { settings: encode(&calmer), run: self.run() });
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
        let checkpoint = self.with(|inner| inner.history.borrow().last().map(|(_, bytes)| bytes.to_vec())).flatten();
        self.with(|inner| inner.state.borrow_mut().resume = checkpoint);
        self.spawn("worker");
    }
}
