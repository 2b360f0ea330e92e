//! Ten sets of points that overlap: how much of each unit's line is luck?

use leptos::prelude::*;
use models::data::points::PointKind;

use super::Twins;
use crate::{
    lessons::{
        adaline::Settings,
        linear::{Answer, Data, Inputs, page::beside},
    },
    session::Action,
    site::experiment::{Experiment, Progress, train_to_stop},
    widgets::{Axis, Chart, Figure, Ink, Series as Line},
};

/// Sets of points.
const SETS: usize = 10;
/// Points of a set, and those of them that are learned from.
const POINTS: u32 = 200;
const TRAINING: u32 = 140;
/// So much noise lets the clouds overlap.
const NOISE: f32 = 0.5;
/// Passes over each set.
const PASSES: u32 = 20;
/// Seeds that an address can hold.
const SEEDS: u32 = 1_000_000;

/// How well one unit does on the held-out points of a set.
#[derive(Clone, Copy)]
struct Judged {
    right: f64,
    auc: f64,
}

impl Judged {
    fn new(answer: &Answer) -> Self {
        Self { right: f64::from(answer.right()) / f64::from(answer.judged.0.max(1)), auc: answer.auc }
    }
}

/// The sets so far: ADALINE and the perceptron on each.
type Found = RwSignal<Vec<[Judged; 2]>>;

/// The experiment.
#[component]
pub fn Sets(
    /// ADALINE and the perceptron.
    twins: Twins,
) -> impl IntoView {
    let progress = RwSignal::new(Progress::default());
    let found: Found = RwSignal::new(Vec::new());
    let on_run = Callback::new(move |()| {
        found.set(Vec::new());
        next(twins, twins.inputs().seed, found, progress);
    });
    view! {
        <Experiment
            id="sets"
            label="Ten sets of points"
            about="Two clouds that overlap, drawn anew ten times. On each set both units look at the same points, 20 times; then the held-out ones are counted. Watch how far each curve jumps from set to set."
            progress
            shows=move || view! {
                <div class="grid">
                    {beside(twins.adaline, "boundary-sets", "ADALINE")}
                    {beside(twins.perceptron, "twin-sets", "Perceptron")}
                    <Figure id="right-sets" technique="learning-curves" title="Held-out points called rightly" picture=right(found)
                        empty="A place for each set, when both have learned from it."
                    />
                </div>
            }
            on_run
        />
    }
}

/// Both units learn from the next set; the reader's own seed comes last, so that it is the one that stays.
fn next(twins: Twins, seed: u32, found: Found, progress: RwSignal<Progress>) {
    let done = found.with_untracked(Vec::len);
    if done == SETS {
        return progress.set(Progress::Done(found.with_untracked(|found| finding(found))));
    }
    let set = Inputs {
        data: Data::Points(PointKind::Clouds),
        count: POINTS,
        noise: NOISE,
        margin: 0.0,
        seed: (seed + (SETS - 1 - done) as u32) % SEEDS,
        ..Inputs::default()
    };
    let stop = PASSES * TRAINING;
    twins.restart(Settings { inputs: set, stop, ..Settings::default() }, PASSES);
    twins.adaline.bench.act(Action::Speed(0.0));
    let own = RwSignal::new(Progress::default());
    Effect::new(move |_| match own.get() {
        Progress::Idle => {}
        Progress::Running(share) => progress.set(Progress::Running((done as f64 + share) / SETS as f64)),
        // A set that ends by itself ends in a trouble.
        Progress::Done(trouble) => progress.set(Progress::Done(trouble)),
    });
    train_to_stop(twins.benches(), stop.into(), own, move || {
        let both = (twins.adaline.snapshot.get(), twins.perceptron.snapshot.get());
        let (Some(adaline), Some(perceptron)) = both else { return };
        found.update(|found| found.push([Judged::new(&adaline.answer), Judged::new(&perceptron.answer)]));
        next(twins, seed, found, progress);
    });
}

/// The share of held-out points called rightly, set by set.
fn right(found: Found) -> Signal<Option<Chart>> {
    Signal::derive(move || {
        let sets = found.get();
        let line = |unit: usize| -> Vec<(f64, f64)> {
            sets.iter().enumerate().map(|(set, both)| (set as f64 + 1.0, both[unit].right)).collect()
        };
        let lowest = sets.iter().flatten().map(|judged| judged.right).fold(0.5, f64::min);
        (!sets.is_empty()).then(|| Chart {
            series: vec![
                Line::new("ADALINE", line(0), Ink::Class(0)),
                Line::new("perceptron", line(1), Ink::Class(1)).dashed(),
            ],
            x: Axis::new("set of points").integer().from(1.0).to(SETS as f64),
            y: Axis::new("called rightly").percent().from((lowest * 10.0).floor() / 10.0),
            ..Chart::default()
        })
    })
}

/// Mean and spread of both.
fn finding(sets: &[[Judged; 2]]) -> String {
    let shares = |unit: usize| sets.iter().map(move |both| both[unit].right);
    let mean = |unit: usize| shares(unit).sum::<f64>() / sets.len() as f64;
    let range = |unit: usize| (shares(unit).fold(f64::INFINITY, f64::min), shares(unit).fold(0.0, f64::max));
    let spread = |unit: usize| range(unit).1 - range(unit).0;
    let auc = |unit: usize| sets.iter().map(|both| both[unit].auc).sum::<f64>() / sets.len() as f64;
    let words = |unit: usize| {
        let (low, high) = range(unit);
        format!("{:.1} % (between {:.1} and {:.1})", mean(unit) * 100.0, low * 100.0, high * 100.0)
    };
    let judgement = match (mean(0) > mean(1), spread(0) < spread(1)) {
        (true, true) => "ADALINE’s line is the better one on average, and less of it is luck.",
        (true, false) => "ADALINE’s line is the better one on average, but no steadier here.",
        (false, _) => "On these sets the perceptron was the luckier one.",
    };
    format!(
        "Held-out points called rightly, mean of {} sets: ADALINE {}, perceptron {}. Mean area under the ROC curve: {:.4} and {:.4}. {judgement}",
        sets.len(),
        words(0),
        words(1),
        auc(0),
        auc(1),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_and_spread_are_said() {
        let judged = |right: f64| Judged { right, auc: right };
        let words = finding(&[[judged(0.9), judged(0.6)], [judged(0.92), judged(0.9)]]);
        assert!(
            words.contains("ADALINE 91.0 % (between 90.0 and 92.0), perceptron 75.0 % (between 60.0 and 90.0)"),
            "{words}"
        );
        assert!(words.ends_with("less of it is luck."), "{words}");
        assert!(finding(&[[judged(0.5), judged(0.6)]]).ends_with("the luckier one."));
    }
}
