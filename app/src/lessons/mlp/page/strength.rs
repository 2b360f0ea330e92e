//! Demonstrate strength: what one line cannot do, and real digits.

use leptos::prelude::*;
use models::data::points::PointKind;

use crate::{
    lessons::mlp::{Data, Mlp, Settings},
    session::{Session, protocol::Series},
    site::{
        experiment::{Experiment, Progress, run_to_stop},
        frame::{Stage, StageKind},
    },
    widgets::grouped,
};

/// Steps of the XOR experiment.
const XOR_STEPS: u32 = 3000;
/// Steps of the digits experiment.
const DIGIT_STEPS: u32 = 400;

/// The third stage.
#[component]
pub fn Strength(
    /// The main session: these experiments run in full view, on the figures above.
    session: Session<Mlp>,
) -> impl IntoView {
    let xor = RwSignal::new(Progress::default());
    let digits = RwSignal::new(Progress::default());
    let run_xor = Callback::new(move |()| {
        let data = Data::Points(PointKind::Xor);
        session.restart(Settings {
            stop: XOR_STEPS,
            seed: session.settings.with_untracked(|s| s.seed),
            ..Settings::of(data)
        });
        run_to_stop(vec![session.bench], XOR_STEPS.into(), xor, move || {
            let held_out = session.bench.last(Series::ValidationAccuracy).unwrap_or_default();
            let perceptron = session.snapshot.with(|snapshot| {
                snapshot
                    .as_ref()
                    .and_then(|snapshot| snapshot.points.as_ref())
                    .map_or(0.0, |view| view.perceptron_accuracy)
            });
            format!(
                "After {XOR_STEPS} updates the network has {:.1} % of the held-out points right. The perceptron, shown the same points in the same order, has {:.1} % of its training points right.",
                held_out * 100.0,
                perceptron * 100.0,
            )
        });
    });
    let run_digits = Callback::new(move |()| {
        session.restart(Settings {
            stop: DIGIT_STEPS,
            whole: true,
            seed: session.settings.with_untracked(|s| s.seed),
            ..Settings::of(Data::Mnist)
        });
        run_to_stop(vec![session.bench], DIGIT_STEPS.into(), digits, move || {
            let held_out = session.bench.last(Series::ValidationAccuracy).unwrap_or_default();
            let here = session.snapshot.with(|snapshot| {
                snapshot.as_ref().and_then(|snapshot| snapshot.pictures.as_ref()).map_or(0, |view| view.school.here)
            });
            format!(
                "After {DIGIT_STEPS} updates on {} digits it reads {:.1} % of 1,000 digits it has never seen. Now draw one yourself.",
                grouped(here.into()),
                held_out * 100.0,
            )
        });
    });
    view! {
        <Stage kind=StageKind::Strength claim="It parts what no line can part, and it reads">
            <Experiment
                id="xor"
                label="Run XOR"
                about="Six hidden units against a perceptron on the same points. Watch the decision boundary above: the perceptron's dashed line keeps swinging, the network's border bends and stays."
                progress=xor
                on_run=run_xor
            />
            <Experiment
                id="digits"
                label="Learn to read digits"
                about="784 pixels, 256 hidden units, ten answers, and 60,000 real digits. Watch the confusion matrix turn into a diagonal, then draw on the pad."
                progress=digits
                on_run=run_digits
            />
        </Stage>
    }
}
