//! Demonstrate strength: it beats the perceptron's luck with a rule, and theory says which rate is too large.

use leptos::prelude::*;

use super::Twins;
use crate::{
    lessons::{
        adaline::{Batch, Settings},
        linear::{Answer, Data, Inputs},
    },
    session::{Action, protocol::Series as Curve},
    site::{
        experiment::{Experiment, Progress, run_to_stop, train_to_stop},
        frame::{Stage, StageKind},
    },
};

/// Passes over the flowers or digits that both units get.
const PASSES: u32 = 20;
/// Training examples: seven tenths of the flowers, and about the zeros and ones among the first digits.
const FLOWERS: u32 = 70;
const DIGITS: u32 = 400;
/// The two shares of the limit.
const BELOW: f64 = 0.95;
const ABOVE: f64 = 1.05;
/// Steps of batch learning on each side of the limit.
const STEPS: u32 = 100;

/// The third stage.
#[component]
pub fn Strength(
    /// ADALINE and the perceptron.
    twins: Twins,
) -> impl IntoView {
    let [iris, digits, limit] = [(); 3].map(|()| RwSignal::new(Progress::default()));
    // Both in full view, on the same examples.
    let compare = move |data: Data, examples: u32, progress: RwSignal<Progress>| {
        let inputs = Inputs { data, measures: None, ..twins.inputs() };
        let stop = PASSES * examples;
        twins.restart(Settings { inputs, stop, ..Settings::default() }, PASSES);
        twins.adaline.bench.act(Action::Speed(0.0));
        run_to_stop(twins.benches(), stop.into(), progress, move || comparison(twins));
    };
    let run_iris = Callback::new(move |()| compare(Data::Iris, FLOWERS, iris));
    let run_digits = Callback::new(move |()| compare(Data::Digits, DIGITS, digits));
    let run_limit = Callback::new(move |()| {
        // A first step of its own, to learn from the data where the limit is.
        let settings = Settings { inputs: twins.inputs(), batch: Batch::All, stop: 1, ..Settings::default() };
        twins.restart(settings.clone(), 1);
        twins.adaline.bench.act(Action::Speed(0.0));
        train_to_stop(vec![twins.adaline.bench], 1, limit, move || {
            let again = settings.clone();
            descend(twins, &settings, BELOW, limit, move |from, below| {
                descend(twins, &again, ABOVE, limit, move |_, above| {
                    limit.set(Progress::Done(both_sides(twins, from, below, above)));
                });
            });
        });
    });
    view! {
        <Stage kind=StageKind::Strength claim="Theory says how fast it may learn">
            <p>
                "The perceptron’s last line is a matter of luck: it is the first that makes no mistake. ADALINE’s line depends on all points, "
                "and it also ranks well: the farther a point lies from the line, the surer the answer. The area under the ROC curve measures that."
            </p>
            <Experiment
                id="iris"
                label="Two irises"
                about="All four measures of setosa and versicolor. Both units look at the same flowers, 20 times."
                progress=iris
                on_run=run_iris
            />
            <Experiment
                id="digits"
                label="Zero against one"
                about="784 pixels. Compare the two pictures of weights, and the areas under the curves."
                progress=digits
                on_run=run_digits
            />
            <Experiment
                id="limit"
                label="Below and above the limit"
                about="Learning from all points at once, first at 0.95 of the limit 2 / λmax, then at 1.05. Watch the orange way in the bowl: it settles, then it breaks out."
                progress=limit
                on_run=run_limit
            />
        </Stage>
    }
}

/// Learns from all points at a share of the limit, then hands on the first error and the last.
fn descend(
    twins: Twins,
    settings: &Settings,
    share: f64,
    progress: RwSignal<Progress>,
    then: impl Fn(f64, f64) + Send + Sync + 'static,
) {
    let Some(rate) = stable_rate(twins) else {
        return progress.set(Progress::Done("These points have no bowl.".into()));
    };
    let session = twins.adaline;
    twins.restart(Settings { rate: (share * rate) as f32, stop: STEPS, ..settings.clone() }, 1);
    train_to_stop(vec![session.bench], STEPS.into(), progress, move || {
        let line = session.curves.with(|curves| curves.line(Curve::Loss).to_vec());
        let (first, last) = line.first().zip(line.last()).map_or((0.0, 0.0), |(first, last)| (first.1, last.1));
        then(first, last);
    });
}

/// What happened on each side of the limit.
fn both_sides(twins: Twins, from: f64, below: f64, above: f64) -> String {
    let rate = stable_rate(twins).unwrap_or_default();
    let judgement = match below < from && above > from {
        true => "Theory was right on both sides.",
        false => "Theory was wrong here.",
    };
    format!(
        "The limit for these points is {rate:.4}. In {STEPS} steps at {BELOW} of it the error went from {from:.4} to {below:.4}; at {ABOVE} of it, from {from:.4} to {above:.2e}. {judgement}"
    )
}

fn stable_rate(twins: Twins) -> Option<f64> {
    let snapshot = twins.adaline.snapshot.get_untracked()?;
    Some(snapshot.bowl.as_ref()?.stable_rate)
}

/// What both say of the held-out examples.
fn comparison(twins: Twins) -> String {
    let (Some(adaline), Some(perceptron)) = (twins.adaline.snapshot.get(), twins.perceptron.snapshot.get()) else {
        return String::new();
    };
    let says = |answer: &Answer| format!("{:.4} ({} of {} right)", answer.auc, answer.right(), answer.judged.0);
    format!(
        "Area under the ROC curve on held-out examples: ADALINE {}, perceptron {}.",
        says(&adaline.answer),
        says(&perceptron.answer),
    )
}
