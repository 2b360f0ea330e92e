//! Demonstrate strength: where a line exists, it is found, and theory says how soon at the latest.

use leptos::prelude::*;
use models::data::points::PointKind;

use crate::{
    lessons::{
        linear::{Data, Inputs},
        perceptron::{Perceptron, Settings},
    },
    session::{Action, Session},
    site::{
        experiment::{Experiment, Progress, run_to_stop},
        frame::{Stage, StageKind},
    },
};

/// Passes at most; far more than any run with a gap needs.
const PASSES: u32 = 5000;

/// The third stage.
#[component]
pub fn Strength(
    /// The main session: these experiments run in full view, on the figures above.
    session: Session<Perceptron>,
) -> impl IntoView {
    let seed = move || session.settings.with_untracked(|settings| settings.inputs.seed);
    let converge = RwSignal::new(Progress::default());
    let digits = RwSignal::new(Progress::default());
    let run_converge = Callback::new(move |()| {
        let data = Data::Points(PointKind::Clouds);
        session.restart(Settings { inputs: Inputs { data, seed: seed(), ..Inputs::default() }, passes: PASSES });
        session.bench.act(Action::Speed(20.0));
        run_to_stop(vec![session.bench], 100, converge, move || {
            let Some(snapshot) = session.snapshot.get() else { return String::new() };
            let corrections = snapshot.corrections;
            match snapshot.bound {
                Some(bound) => format!(
                    "Done after {corrections} corrections. The gap allows at most {:.0}: it needed {:.0} % of what theory grants.",
                    bound.floor(),
                    corrections as f64 / bound * 100.0,
                ),
                None => format!("{corrections} corrections, and no line with a gap: these clouds touch."),
            }
        });
    });
    let run_digits = Callback::new(move |()| {
        let data = Data::Digits;
        session.restart(Settings { inputs: Inputs { data, seed: seed(), ..Inputs::default() }, passes: PASSES });
        session.bench.act(Action::Speed(20.0));
        run_to_stop(vec![session.bench], 60, digits, move || {
            let Some(snapshot) = session.snapshot.get() else { return String::new() };
            format!(
                "{} corrections were enough to have every training digit right. Of {} held-out digits it calls {} rightly; the area under its ROC curve is {:.4}.",
                snapshot.corrections,
                snapshot.answer.judged.0,
                snapshot.answer.right(),
                snapshot.answer.auc,
            )
        });
    });
    view! {
        <Stage kind=StageKind::Strength claim="If a line exists, it finds one">
            <p>
                "Let R be the length of the longest example and γ the gap, the distance of the nearest point to the best line. Novikoff "
                "proved in 1962 that no more than (R / γ)² corrections can happen, in whatever order the points come. Then every point is right."
            </p>
            <Experiment
                id="converge"
                label="Run two clouds"
                about="120 points with a gap between the clouds. Count the corrections under the curve of mistakes, beside the most that theory allows."
                progress=converge
                on_run=run_converge
            />
            <Experiment
                id="digits"
                label="Zero against one"
                about="784 pixels, one unit. Its weights become a picture of the difference between the two digits."
                progress=digits
                on_run=run_digits
            />
        </Stage>
    }
}
