//! Demonstrate strength: where a line exists, it is found, and theory says how soon at the latest.

use leptos::prelude::*;
use models::data::points::PointKind;

use super::figures;
use crate::{
    lessons::{
        linear::{
            Data, Inputs,
            figures::{boundary, weight_picture},
            page::Reading,
        },
        perceptron::{Perceptron, Settings, Snapshot},
    },
    session::{Action, Session},
    site::{
        experiment::{Experiment, Guess, Progress, run_to_stop},
        frame::{Stage, StageKind},
    },
    widgets::{Figure, grouped},
};

/// Passes at most; far more than any run with a gap needs.
const PASSES: u32 = 5000;

/// Shares of what theory grants that a reader can expect, each with its upper end.
const SHARES: [(&str, f64); 3] =
    [("less than a tenth of it", 0.1), ("up to half of it", 0.5), ("more than half of it", 1.0)];

/// The third stage.
#[component]
pub fn Strength(
    /// The main session: these experiments run in full view, on the figures above.
    session: Session<Perceptron>,
) -> impl IntoView {
    let [iris, converge, digits] = [(); 3].map(|()| RwSignal::new(Progress::default()));
    let restart = move |data: Data, measures: Option<(u8, u8)>, speed: f32| {
        let seed = session.settings.with_untracked(|settings| settings.inputs.seed);
        let inputs = Inputs { data, measures, seed, ..Inputs::default() };
        session.restart(Settings { inputs, passes: PASSES });
        session.bench.act(Action::Speed(speed));
    };
    let beside_the_bound = move || session.snapshot.get().map_or_else(String::new, |snapshot| finding(&snapshot));
    let run_iris = Callback::new(move |()| {
        restart(Data::Iris, Some((0, 1)), 0.0);
        run_to_stop(vec![session.bench], 1000, iris, beside_the_bound);
    });
    let run_converge = Callback::new(move |()| {
        restart(Data::Points(PointKind::Clouds), Inputs::default().measures, 25.0);
        run_to_stop(vec![session.bench], 10, converge, beside_the_bound);
    });
    let run_digits = Callback::new(move |()| {
        restart(Data::Digits, Inputs::default().measures, 25.0);
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
                id="iris"
                label="Two irises"
                about="Length and width of the sepals of setosa and versicolor. A line parts them, but the gap is narrow: it takes many passes to find one."
                progress=iris
                on_run=run_iris
                shows=move || view! {
                    <BesideTheBound session ids=["boundary-iris", "corrections-iris"]>
                        <strong>"Look how narrow the gap is."</strong>
                        " Each correction turns the line only a little by now, for the weights have grown long."
                    </BesideTheBound>
                }
                guess=Guess {
                    question: "How many of the corrections that theory grants will it need?",
                    choices: &[SHARES[0].0, SHARES[1].0, SHARES[2].0],
                    outcome: Callback::new(move |()| {
                        let snapshot = session.snapshot.get_untracked()?;
                        let share = snapshot.corrections as f64 / snapshot.bound?.corrections();
                        SHARES.iter().position(|(_, most)| share <= *most)
                    }),
                }
            />
            <Experiment
                id="converge"
                label="Two clouds"
                about="120 points with a gap between the clouds. Where the gap is wide, a few corrections are enough."
                progress=converge
                on_run=run_converge
                shows=move || view! {
                    <BesideTheBound session ids=["boundary-converge", "corrections-converge"]>
                        <strong>"Watch the line come to rest."</strong>
                        " It stops at the first line without a mistake, however close it passes to a point."
                    </BesideTheBound>
                }
            />
            <Experiment
                id="digits"
                label="Zero against one"
                about="784 pixels, one unit. Its weights become a picture of the difference between the two digits."
                progress=digits
                on_run=run_digits
                shows=move || view! {
                    <div class="pair">
                        <Figure id="boundary-digits" technique="decision-boundary" title="Decision boundary" picture=boundary(session)>
                            <strong>"Watch how few corrections it takes."</strong>
                            <Reading session />
                        </Figure>
                        <Figure id="weights-digits" technique="first-layer-filters" title="The weights as a picture" picture=weight_picture(session)>
                            <strong>"Look for a ring and a stroke."</strong>
                            " Orange pixels speak for a one, blue ones for a zero."
                        </Figure>
                    </div>
                }
            />
        </Stage>
    }
}

/// The line, and its corrections beside the bound with the numbers that make it.
#[component]
fn BesideTheBound(session: Session<Perceptron>, ids: [&'static str; 2], children: Children) -> impl IntoView {
    let numbers = move || {
        let snapshot = session.snapshot.get()?;
        Some(match snapshot.bound {
            Some(bound) => format!(
                " {} corrections so far. R = {:.3} and γ = {:.4}, so theory allows {:.0}.",
                snapshot.corrections,
                bound.radius,
                bound.margin,
                bound.corrections().floor(),
            ),
            None => format!(" {} corrections so far. No line with a gap was found.", snapshot.corrections),
        })
    };
    view! {
        <div class="pair">
            <Figure id=ids[0] technique="decision-boundary" title="Decision boundary" picture=boundary(session)>
                {children()}
            </Figure>
            <Figure id=ids[1] technique="learning-curves" title="Corrections beside the bound" picture=figures::corrections(session)
                empty="After the first pass over all points there is something to count."
            >
                <strong>"The solid line may not cross the dashed one."</strong>
                {numbers}
            </Figure>
        </div>
    }
}

/// Corrections, passes and the bound in words.
fn finding(snapshot: &Snapshot) -> String {
    let (corrections, passes) = (grouped(snapshot.corrections), snapshot.mistakes.len());
    if !snapshot.converged {
        return format!("Not done after {corrections} corrections in {passes} passes.");
    }
    match snapshot.bound {
        Some(bound) => format!(
            "Done after {corrections} corrections in {passes} passes. With R = {:.3} and γ = {:.4} theory allows at most {}: it needed {:.1} % of that.",
            bound.radius,
            bound.margin,
            grouped(bound.corrections().floor() as u64),
            snapshot.corrections as f64 / bound.corrections() * 100.0,
        ),
        None => format!("Done after {corrections} corrections, though no line with a gap was found."),
    }
}
