//! Expose weakness: it is still one line, and far points pull hardest.

use leptos::prelude::*;
use models::data::points::{Point, PointKind};

use super::Twins;
use crate::{
    lessons::{
        adaline::Settings,
        linear::{Data, Inputs},
    },
    session::Action,
    site::{
        experiment::{Experiment, Guess, Progress, run_to_stop},
        frame::{NextLesson, Stage, StageKind},
    },
};

/// Points on each side of the gap in the run with an outlier.
const SIDE: usize = 7;
/// Passes of the perceptron in that run, far more than it needs.
const PASSES: u32 = 1000;

/// The fourth stage.
#[component]
pub fn Weakness(
    /// ADALINE and the perceptron.
    twins: Twins,
) -> impl IntoView {
    let [xor, circles, outlier] = [(); 3].map(|()| RwSignal::new(Progress::default()));
    let run =
        move |inputs: Inputs, stop: u32, passes: u32, progress: RwSignal<Progress>, finding: fn(Twins) -> String| {
            twins.restart(Settings { inputs, stop, ..Settings::default() }, passes);
            twins.adaline.bench.act(Action::Speed(1000.0));
            run_to_stop(twins.benches(), stop.into(), progress, move || finding(twins));
        };
    let run_xor = Callback::new(move |()| {
        let point = |x: f32, y: f32| Point { x, y, class: u8::from(x * y < 0.0) };
        let own = vec![point(-0.75, -0.75), point(0.75, 0.75), point(-0.75, 0.75), point(0.75, -0.75)];
        run(Inputs { data: Data::Own, own, ..twins.inputs() }, 800, 10, xor, flat);
    });
    let run_circles = Callback::new(move |()| {
        run(Inputs { data: Data::Points(PointKind::Circles), ..twins.inputs() }, 2000, 10, circles, flat);
    });
    let run_outlier = Callback::new(move |()| {
        run(Inputs { data: Data::Own, own: with_outlier(), ..twins.inputs() }, 3000, PASSES, outlier, dragged);
    });
    view! {
        <Stage kind=StageKind::Weakness claim="One point far away can spoil it">
            <p>
                "Errors count squared. A point ten times as far off counts a hundred times, even if it lies far on its own right side: its "
                "sum is too large, and ADALINE takes that for an error too. And it is still one line."
            </p>
            <Experiment
                id="outlier"
                label="Add one point far away"
                about="Two groups with a gap between them, and one orange point far out on the orange side. The perceptron beside it is not disturbed."
                progress=outlier
                on_run=run_outlier
                guess=Guess {
                    question: "The far point lies on its own right side. What will it do to ADALINE’s line?",
                    choices: &["nothing: it is right already", "drag the line, so that others are wrong"],
                    outcome: Callback::new(move |()| {
                        let (right, of) = twins.adaline.snapshot.get_untracked()?.right;
                        Some(usize::from(right < of))
                    }),
                }
            />
            <Experiment
                id="xor"
                label="Run XOR"
                about="Four points, two on each diagonal. Watch the bowl: its bottom lies where all weights are zero."
                progress=xor
                on_run=run_xor
            />
            <Experiment
                id="circles"
                label="Run circles"
                about="One class inside the other."
                progress=circles
                on_run=run_circles
            />
            <NextLesson slug="mlp">"What helps is a second layer that folds the plane first."</NextLesson>
        </Stage>
    }
}

/// Two groups side by side, and one orange point far beyond the orange ones.
fn with_outlier() -> Vec<Point> {
    let groups = [(-0.15_f32, 0_u8), (0.15, 1)].into_iter().flat_map(|(middle, class)| {
        (0..SIDE).map(move |index| {
            let place = index as f32;
            let wave = if class == 0 { (3.0 * place).cos() } else { (5.0 * place).sin() };
            let up = (place / (SIDE - 1) as f32 * 2.0 - 1.0) * if class == 0 { 0.3 } else { -0.3 };
            Point { x: ((middle + 0.08 * wave) * 100.0).round() / 100.0, y: (up * 100.0).round() / 100.0, class }
        })
    });
    groups.chain([Point { x: 2.0, y: 0.5, class: 1 }]).collect()
}

/// What is left of the error where no line helps.
fn flat(twins: Twins) -> String {
    let Some(snapshot) = twins.adaline.snapshot.get() else { return String::new() };
    let (right, of) = snapshot.right;
    format!(
        "The error ends at {:.4}, where 0.5 is what a unit has that always says nothing. {right} of {of} points lie on the right side.",
        snapshot.loss,
    )
}

/// How many each has right, with the outlier among the points.
fn dragged(twins: Twins) -> String {
    let (Some(adaline), Some(perceptron)) = (twins.adaline.snapshot.get(), twins.perceptron.snapshot.get()) else {
        return String::new();
    };
    let (right, of) = adaline.right;
    format!(
        "A line that parts all {of} points exists: the perceptron has {} of them right. ADALINE, dragged by the one far point, has {right}.",
        perceptron.answer.right(),
    )
}
