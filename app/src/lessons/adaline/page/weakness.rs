//! Expose weakness: it is still one line, and far points pull hardest.

use leptos::prelude::*;
use models::data::points::{Point, PointKind};

use super::{Twins, figures};
use crate::{
    lessons::{
        adaline::{Batch, Settings},
        linear::{Data, Inputs, page::beside},
    },
    session::{Action, protocol::Series},
    site::{
        experiment::{Experiment, Guess, Progress, run_to_stop, train_to_stop},
        figures::curves,
        frame::{NextLesson, Stage, StageKind},
    },
    widgets::Figure,
};

/// Points on each side of the gap in the run with an outlier.
const SIDE: usize = 7;
/// Steps of that run.
const OUTLIER_STEPS: u32 = 3000;
/// Passes of the perceptron in it, far more than it needs.
const PASSES: u32 = 1000;
/// Steps of XOR with all four points at once, and with one at a time.
const ALL_STEPS: u32 = 25;
const ONE_STEPS: u32 = 300;
/// Steps of circles, with all points at once: enough to reach the bottom.
const CIRCLES_STEPS: u32 = 400;

/// The fourth stage.
#[component]
pub fn Weakness(
    /// ADALINE and the perceptron.
    twins: Twins,
) -> impl IntoView {
    let [xor, circles, outlier] = [(); 3].map(|()| RwSignal::new(Progress::default()));
    let begin = move |settings: Settings, passes: u32, speed: f32| {
        twins.restart(settings, passes);
        twins.adaline.bench.act(Action::Speed(speed));
    };
    let run_xor = Callback::new(move |()| {
        let point = |x: f32, y: f32| Point { x, y, class: u8::from(x * y < 0.0) };
        let own = vec![point(-0.75, -0.75), point(0.75, 0.75), point(-0.75, 0.75), point(0.75, -0.75)];
        let inputs = Inputs { data: Data::Own, own, ..twins.inputs() };
        let one = Settings { inputs, stop: ONE_STEPS, ..Settings::default() };
        begin(Settings { batch: Batch::All, stop: ALL_STEPS, ..one.clone() }, 10, 25.0);
        train_to_stop(twins.benches(), ALL_STEPS.into(), xor, move || {
            let still = loss(twins);
            begin(one.clone(), 10, 100.0);
            run_to_stop(twins.benches(), ONE_STEPS.into(), xor, move || trembling(twins, still));
        });
    });
    let run_circles = Callback::new(move |()| {
        let inputs = Inputs { data: Data::Points(PointKind::Circles), ..twins.inputs() };
        begin(Settings { inputs, batch: Batch::All, stop: CIRCLES_STEPS, ..Settings::default() }, 5, 100.0);
        run_to_stop(twins.benches(), CIRCLES_STEPS.into(), circles, move || flat(twins));
    });
    let run_outlier = Callback::new(move |()| {
        let inputs = Inputs { data: Data::Own, own: with_outlier(), ..twins.inputs() };
        begin(Settings { inputs, stop: OUTLIER_STEPS, ..Settings::default() }, PASSES, 1000.0);
        run_to_stop(twins.benches(), OUTLIER_STEPS.into(), outlier, move || dragged(twins));
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
                shows=move || view! {
                    <div class="pair">
                        {beside(twins.adaline, "boundary-outlier", "ADALINE")} {beside(twins.perceptron, "twin-outlier", "Perceptron")}
                    </div>
                }
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
                about="Four points, two on each diagonal; first all four in each step, then one after the other. Watch the bowl: its bottom lies where all weights are zero, and each single point pulls the unit off it."
                progress=xor
                shows=move || view! {
                    <div class="pair">
                        {beside(twins.adaline, "boundary-xor", "ADALINE")}
                        <Figure id="bowl-xor" technique="loss-landscape" title="The bowl of squared error" picture=figures::bowl(twins.adaline) />
                    </div>
                }
                on_run=run_xor
            />
            <Experiment
                id="circles"
                label="Run circles"
                about="One class inside the other, all points in each step. Watch the error: it has hardly anywhere to fall."
                progress=circles
                shows=move || view! {
                    <div class="grid">
                        {beside(twins.adaline, "boundary-circles", "ADALINE")} {beside(twins.perceptron, "twin-circles", "Perceptron")}
                        <Figure id="errors-circles" technique="learning-curves" title="Squared error"
                            picture=curves(twins.adaline, Series::Loss, Series::ValidationLoss, "½ mean squared error")
                        />
                    </div>
                }
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

/// The error on the training examples now.
fn loss(twins: Twins) -> f64 {
    twins.adaline.snapshot.get().map_or(0.0, |snapshot| snapshot.loss)
}

/// XOR: where it stays with all points at once, and why it is worse off with one at a time.
fn trembling(twins: Twins, still: f64) -> String {
    let Some(snapshot) = twins.adaline.snapshot.get() else { return String::new() };
    let (right, of) = snapshot.right;
    format!(
        "With all four points in each step it ends at an error of {still:.4}, where 0.5 is what a unit has that always says nothing. With one after the other, each point pulls it off the bottom again: it trembles, now at {:.4}, with {right} of {of} points on the right side.",
        snapshot.loss,
    )
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
