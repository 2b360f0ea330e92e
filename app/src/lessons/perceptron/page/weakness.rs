//! Expose weakness: where no line exists, it corrects itself for ever.

use leptos::prelude::*;
use models::data::points::{Point, PointKind};

use crate::{
    lessons::{
        linear::{Data, Inputs, figures::boundary},
        perceptron::{Perceptron, Settings},
    },
    session::{Action, Session},
    site::{
        experiment::{Experiment, Guess, Progress, run_to_stop},
        frame::{NextLesson, Stage, StageKind},
    },
    widgets::{Figure, grouped},
};

/// Passes of the XOR run.
const XOR_PASSES: u32 = 40;
/// Passes of the circles run.
const CIRCLES_PASSES: u32 = 400;

/// The fourth stage.
#[component]
pub fn Weakness(
    /// The main session: these experiments run in full view, on the figures above.
    session: Session<Perceptron>,
) -> impl IntoView {
    let seed = move || session.settings.with_untracked(|settings| settings.inputs.seed);
    let xor = RwSignal::new(Progress::default());
    let circles = RwSignal::new(Progress::default());
    let run_xor = Callback::new(move |()| {
        let point = |x: f32, y: f32| Point { x, y, class: u8::from(x * y < 0.0) };
        // Not a perfect square: there the line would vanish, weights zero, after every pass. Quarters bring the same
        // weights back within a few passes, whatever the order.
        let own = vec![point(-0.75, -0.75), point(0.75, 0.75), point(-0.75, 0.5), point(0.5, -0.75)];
        session.restart(Settings {
            inputs: Inputs { data: Data::Own, own, seed: seed(), ..Inputs::default() },
            passes: XOR_PASSES,
        });
        session.bench.act(Action::Speed(25.0));
        run_to_stop(vec![session.bench], 160, xor, move || finding(session));
    });
    let run_circles = Callback::new(move |()| {
        let data = Data::Points(PointKind::Circles);
        session
            .restart(Settings { inputs: Inputs { data, seed: seed(), ..Inputs::default() }, passes: CIRCLES_PASSES });
        session.bench.act(Action::Speed(0.0));
        run_to_stop(vec![session.bench], 20_000, circles, move || finding(session));
    });
    view! {
        <Stage kind=StageKind::Weakness claim="Four points it will never learn">
            <p>
                "Put two blue points on one diagonal and two orange ones on the other. No straight line can part them. So at every moment "
                "at least one point is wrong, and the perceptron corrects itself for ever."
            </p>
            <Experiment
                id="xor"
                label="Run XOR"
                about="Four points. Watch the line swing: each correction undoes an earlier one, until the weights are back where they were."
                progress=xor
                shows=move || view! {
                    <Figure id="boundary-xor" technique="decision-boundary" title="Decision boundary" picture=boundary(session)>
                        <strong>"Watch the line swing between the points."</strong>
                        " The ringed one turned it last; the dashed line is where it was before."
                    </Figure>
                }
                on_run=run_xor
                guess=Guess {
                    question: "What will the line do?",
                    choices: &["come to rest", "turn in a circle for ever", "wander without a pattern"],
                    outcome: Callback::new(move |()| {
                        let snapshot = session.snapshot.get_untracked()?;
                        Some(if snapshot.converged { 0 } else if snapshot.cycle.is_some() { 1 } else { 2 })
                    }),
                }
            />
            <Experiment
                id="circles"
                label="Run circles"
                about="One class inside the other. Whatever line it tries, one side holds both colours."
                progress=circles
                shows=move || view! {
                    <Figure id="boundary-circles" technique="decision-boundary" title="Decision boundary" picture=boundary(session)>
                        <strong>"Watch both colours on both sides."</strong>
                        " Whatever the line, the ringed point and many more lie on the wrong one."
                    </Figure>
                }
                on_run=run_circles
            />
            <NextLesson slug="mlp">"What helps is a second layer that folds the plane first."</NextLesson>
        </Stage>
    }
}

/// Says whether it settled, whether it goes in a circle, and the best it ever had.
fn finding(session: Session<Perceptron>) -> String {
    let Some(snapshot) = session.snapshot.get() else { return String::new() };
    let (best, of) = snapshot.best;
    let passes = snapshot.mistakes.len();
    let corrections = grouped(snapshot.corrections);
    if snapshot.converged {
        return format!("It settled after {corrections} corrections: these points can be parted after all.");
    }
    let course = match snapshot.cycle {
        Some((begins, 1)) => format!("from pass {begins} on, every pass ends with the same weights"),
        Some((begins, length)) => format!("from pass {begins} on, the same weights come back every {length} passes"),
        None => "the weights have not come back to any earlier ones yet".into(),
    };
    format!(
        "It never settles: {corrections} corrections in {passes} passes, and {course}. The most it ever had right: {best} of {of}."
    )
}
