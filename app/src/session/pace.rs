//! How fast a run goes, measured in the worker.

use web_time::{Duration, Instant};

/// Steps per second over about the last second.
#[derive(Default)]
pub(super) struct Pace {
    since: Option<Instant>,
    steps: u64,
    busy: Duration,
    rate: f32,
    step_time: f32,
}

impl Pace {
    /// A run begins, or goes on after a pause; how long an update takes is still known.
    pub fn begin(&mut self) {
        *self = Self { step_time: self.step_time, ..Self::default() };
    }

    /// Takes so many updates into account, which kept the processor busy for so long.
    pub fn add(&mut self, steps: u64, busy: Duration, now: Instant) {
        self.busy += busy;
        let since = *self.since.get_or_insert(now);
        self.steps += steps;
        let seconds = now.duration_since(since).as_secs_f32();
        if seconds >= 1.0 || (self.rate == 0.0 && seconds > 0.2) {
            self.rate = self.steps as f32 / seconds;
            if self.steps > 0 {
                self.step_time = self.busy.as_secs_f32() * 1000.0 / self.steps as f32;
            }
            self.steps = 0;
            self.busy = Duration::ZERO;
            self.since = Some(now);
        }
    }

    /// Updates per second.
    pub fn rate(&self) -> f32 {
        self.rate
    }

    /// Milliseconds of one update.
    pub fn step_time(&self) -> f32 {
        self.step_time
    }
}
