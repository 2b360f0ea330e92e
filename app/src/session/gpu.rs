//! Moving a running session to WebGPU: look for it, fetch its worker, hand over once it has passed its check.

use std::rc::Rc;

use leptos::prelude::*;

use super::{
    Session,
    engine::{self, Choice},
    frames::first_line,
    protocol::{Engine, EngineReport, Protocol, Response, Settings},
    worker::{Event, Worker},
};

impl<P: Protocol> Session<P> {
    /// Fetches the WebGPU worker in the background where it helps, and hands the run over when it is ready.
    pub(super) fn look_for_gpu(&self) {
        let session = *self;
        if !self.settings.with_untracked(Settings::gains_from_gpu) {
            let reason = String::from("Networks this small run fastest on the CPU.");
            self.bench.engine.set(Some(EngineReport::new(Engine::Cpu, reason)));
            return;
        }
        let choice = Choice::of_page();
        self.with(|inner| inner.state.borrow_mut().looked = true);
        leptos::task::spawn_local(async move {
            match engine::look_for_gpu(choice).await {
                Ok(_adapter) => session.hand_over(),
                Err(reason) => {
                    if session.with(|inner| inner.state.borrow().closed) == Some(false) {
                        session.bench.engine.set(Some(EngineReport::new(Engine::Cpu, reason)));
                    }
                }
            }
        });
    }

    fn hand_over(&self) {
        let Some(inner) = self.with(Rc::clone) else { return };
        if inner.state.borrow().closed {
            return;
        }
        // The CPU worker goes on until the new one has said Ready; then the last checkpoint moves over.
        let session = *self;
        let started = Worker::start(&inner.base, "worker-gpu", Some(inner.slug), move |event| match event {
            Event::Message(Response::Ready(report)) if session.awaits_successor() => session.take_over(report),
            Event::Message(response) => session.hear(response),
            Event::Died(words) if session.awaits_successor() => {
                session.with(|inner| drop(inner.successor.borrow_mut().take()));
                let reason = format!("The WebGPU worker could not start ({}).", first_line(&words));
                session.bench.engine.set(Some(EngineReport::new(Engine::Cpu, reason)));
            }
            Event::Died(words) => session.died(&words),
        });
        if let Ok(worker) = started {
            inner.successor.replace(Some(worker));
        }
    }

    fn awaits_successor(&self) -> bool {
        self.with(|inner| inner.successor.borrow().is_some()).unwrap_or(false)
    }

    fn take_over(&self, report: EngineReport) {
        let worker = self.with(|inner| inner.successor.borrow_mut().take()).flatten();
        if report.engine == Engine::Cpu {
            // Its check failed: the small worker goes on, and the reader learns why.
            return self.bench.engine.set(Some(report));
        }
        let running = self.bench.running.get_untracked();
        self.with(|inner| {
            {
                let mut state = inner.state.borrow_mut();
                if inner.fork(&mut state) {
                    self.bench.checkpoints.set(inner.history.borrow().steps());
                }
                let checkpoint = inner.history.borrow().last().map(|(_, checkpoint)| checkpoint);
                state.started = false;
                state.waiting = false;
                state.resume = checkpoint;
                state.resume_running = running;
            }
            drop(inner.worker.replace(worker));
        });
        let step = self.bench.checkpoints.with_untracked(|steps| steps.last().copied()).unwrap_or(0);
        self.curves.update(|curves| curves.truncate(step));
        self.bench.engine.set(None);
        self.ready(report);
    }
}
