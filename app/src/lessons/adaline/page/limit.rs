//! Below and above the largest stable rate: learning from all points at once settles, then it breaks out.

use std::time::Duration;

use leptos::prelude::*;

use super::{Twins, figures};
use crate::{
    lessons::{
        adaline::{Batch, Settings},
        linear::Inputs,
    },
    session::{Action, protocol::Series as Curve},
    site::{
        experiment::{Experiment, Progress, train_to_stop},
        figures::compared,
    },
    widgets::{Axis, Figure, Scatter, number},
};

/// The two shares of the limit.
const BELOW: f64 = 0.95;
const ABOVE: f64 = 1.05;
/// Steps of batch learning on each side of the limit: enough to settle, and few enough that what breaks out stays in sight.
const STEPS: u32 = 40;
/// Steps a second.
const SPEED: f32 = 25.0;
/// Between the two sides.
const PAUSE: Duration = Duration::from_millis(1500);
/// Share of orange points. With as many blue ones the sharpest direction would be the bias alone, which has hardly any way to
/// go from where learning begins.
const ORANGE: f32 = 0.75;

/// A side of the limit.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Below,
    Above,
}

/// What is kept of the first side while the second runs.
#[derive(Clone)]
struct Settled {
    bowl: Option<Scatter>,
    errors: Vec<(f64, f64)>,
}

/// The experiment's signals.
#[derive(Clone, Copy)]
struct Run {
    twins: Twins,
    progress: RwSignal<Progress>,
    /// The side that runs or ran last; none while the limit is not known yet.
    side: RwSignal<Option<Side>>,
    settled: RwSignal<Option<Settled>>,
}

/// The experiment.
#[component]
pub fn Limit(
    /// ADALINE and the perceptron.
    twins: Twins,
) -> impl IntoView {
    let run = Run { twins, progress: RwSignal::default(), side: RwSignal::new(None), settled: RwSignal::new(None) };
    let live = figures::bowl(twins.adaline);
    let below = Signal::derive(move || match run.settled.get() {
        Some(settled) => settled.bowl,
        None => live.get().filter(|_| run.side.get() == Some(Side::Below)),
    });
    let above = Signal::derive(move || live.get().filter(|_| run.side.get() == Some(Side::Above)));
    let errors = Signal::derive(move || {
        let side = run.side.get()?;
        let now = twins.adaline.curves.with(|curves| curves.line(Curve::Loss).to_vec());
        let settled = run.settled.get().map(|settled| settled.errors);
        let lines = match (side, settled) {
            (Side::Above, Some(settled)) => vec![("below", settled), ("above", now)],
            _ => vec![("below", now)],
        };
        compared(lines, Axis::new("½ mean squared error").log())
    });
    view! {
        <Experiment
            id="limit"
            label="Below and above the limit"
            about="Two clouds, three quarters of the points orange. Learning from all points at once, first at 0.95 of the limit 2 / λmax, then at 1.05. Watch the orange way in the two bowls: in one each swing is shorter than the last, in the other it is longer."
            progress=run.progress
            shows=move || view! {
                <div class="grid">
                    <Figure id="bowl-below" technique="loss-landscape" title="At 0.95 of the limit" picture=below
                        empty="First one step, to learn from the points where the limit is."
                    />
                    <Figure id="bowl-above" technique="loss-landscape" title="At 1.05 of the limit" picture=above
                        empty="Follows when the first side has settled."
                    />
                    <Figure id="errors-limit" technique="learning-curves" title="The error on both sides" picture=errors
                        empty="Measured at every step."
                    />
                </div>
            }
            on_run=Callback::new(move |()| run.start())
        />
    }
}

impl Run {
    fn start(self) {
        self.side.set(None);
        self.settled.set(None);
        let inputs = Inputs { share: ORANGE, ..self.twins.inputs() };
        // A first step of its own, to learn from the data where the limit is.
        let settings = Settings { inputs, batch: Batch::All, stop: 1, ..Settings::default() };
        self.twins.restart(settings.clone(), 1);
        self.twins.adaline.bench.act(Action::Speed(0.0));
        train_to_stop(vec![self.twins.adaline.bench], 1, self.progress, move || {
            let again = settings.clone();
            self.descend(&settings, Side::Below, move |from, below| {
                self.settled.set(Some(Settled { bowl: self.bowl(), errors: self.errors() }));
                let (again, owner) = (again.clone(), Owner::current());
                let go_on = move || {
                    self.descend(&again, Side::Above, move |_, above| {
                        self.progress.set(Progress::Done(self.finding(from, below, above)));
                    });
                };
                let later = move || match &owner {
                    Some(owner) => owner.with(go_on),
                    None => go_on(),
                };
                if let Ok(timeout) = set_timeout_with_handle(later, PAUSE) {
                    on_cleanup(move || timeout.clear());
                }
            });
        });
    }

    /// Learns from all points at a share of the limit, then hands on the first error and the last.
    fn descend(self, settings: &Settings, side: Side, then: impl Fn(f64, f64) + Send + Sync + 'static) {
        let Some(rate) = self.stable_rate() else {
            return self.progress.set(Progress::Done("These points have no bowl.".into()));
        };
        let share = if side == Side::Below { BELOW } else { ABOVE };
        self.twins.restart(Settings { rate: (share * rate) as f32, stop: STEPS, ..settings.clone() }, 1);
        self.twins.adaline.bench.act(Action::Speed(SPEED));
        self.side.set(Some(side));
        train_to_stop(vec![self.twins.adaline.bench], STEPS.into(), self.progress, move || {
            let line = self.errors();
            let (first, last) = line.first().zip(line.last()).map_or((0.0, 0.0), |(first, last)| (first.1, last.1));
            then(first, last);
        });
    }

    fn bowl(self) -> Option<Scatter> {
        figures::bowl(self.twins.adaline).get_untracked()
    }

    fn errors(self) -> Vec<(f64, f64)> {
        self.twins.adaline.curves.with_untracked(|curves| curves.line(Curve::Loss).to_vec())
    }

    fn stable_rate(self) -> Option<f64> {
        let snapshot = self.twins.adaline.snapshot.get_untracked()?;
        Some(snapshot.bowl.as_ref()?.stable_rate)
    }

    /// What happened on each side of the limit.
    fn finding(self, from: f64, below: f64, above: f64) -> String {
        let rate = self.stable_rate().unwrap_or_default();
        let judgement = match below < from && above > from {
            true => "Theory was right on both sides.",
            false => "Theory was wrong here.",
        };
        format!(
            "The limit for these points is {rate:.4}. In {STEPS} steps at {BELOW} of it the error went from {from:.4} to {below:.4}; at {ABOVE} of it, from {from:.4} to {}. {judgement}",
            number(above),
        )
    }
}
