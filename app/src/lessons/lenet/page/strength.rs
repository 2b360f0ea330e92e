//! Demonstrate strength: it learns fast, forgives a small shift, and can be asked for its reasons.

use leptos::prelude::*;

use super::{explain::Explained, figures, weakness::ask};
use crate::{
    lessons::{
        lenet::{Command, Lenet, Settings},
        pictures::{figures::confusion, shift::ShiftTest},
    },
    session::{Session, protocol::Series},
    site::{
        experiment::{Experiment, Guess, Inquiry, Progress, inquire, run_to_stop},
        frame::{Stage, StageKind},
    },
    widgets::{Figure, grouped},
};

/// Steps of the digits experiment.
const STEPS: u32 = 300;

/// The third stage.
#[component]
pub fn Strength(
    /// The main session.
    session: Session<Lenet>,
) -> impl IntoView {
    let digits = RwSignal::new(Progress::default());
    let seed = move || session.settings.with_untracked(|settings| settings.seed);
    let run_digits = Callback::new(move |()| {
        session.restart(Settings { stop: STEPS, whole: true, seed: seed(), ..Settings::default() });
        run_to_stop(vec![session.bench], STEPS.into(), digits, move || {
            let held_out = session.bench.last(Series::ValidationAccuracy).unwrap_or_default();
            let here = session.snapshot.with(|snapshot| snapshot.as_ref().map_or(0, |snapshot| snapshot.school.here));
            let parameters = session.settings.with(|settings| settings.network().parameter_count());
            format!(
                "After {STEPS} updates on {} digits, {} weights read {:.1} % of 1,000 digits they have never seen.",
                grouped(here.into()),
                grouped(parameters as u64),
                held_out * 100.0,
            )
        });
    });
    view! {
        <Stage kind=StageKind::Strength claim="It forgives a few pixels where the MLP does not, and shows where it looked">
            <Experiment
                id="digits"
                label="Learn to read digits"
                about="From random filters. What it calls each digit is counted below; the filters and the maps above change with every step."
                progress=digits
                on_run=run_digits
                shows=move || view! {
                    <Figure
                        id="confusion-digits"
                        technique="confusion-matrix"
                        title="What it calls each digit"
                        picture=confusion(session, RwSignal::new(None))
                        empty="The first evaluation fills it."
                    >
                        <strong>"Watch the counts gather on the diagonal."</strong>
                        " Rows are what a picture is, columns what it was called."
                    </Figure>
                }
            />
            <ShiftTest seed=Callback::new(move |()| seed()) />
            <p>
                "A map keeps the place of what it found, so one can go back and ask which places spoke for a class. Four answers to that "
                "question stand below. They belong to the picture on the pad and to the network as it is now; load trained weights first."
            </p>
            <div class="wide"><Explained session /></div>
            <p>
                "An explanation that looks right proves little. Digits are strokes, and any edge detector would mark them. So replace what the "
                "network has learned, layer by layer, with chance. If a map stays as it was, it showed the picture and not the reasons."
            </p>
            <Sanity seed=Callback::new(move |()| seed()) />
        </Stage>
    }
}

/// Explanations of networks that know less and less.
#[component]
fn Sanity(seed: Callback<(), u32>) -> impl IntoView {
    let Inquiry { progress, found, on_run } = inquire(
        move || ask(seed.run(()), Command::Sanity),
        |snapshot| (!snapshot.sanity.is_empty()).then(|| snapshot.sanity.clone()),
        |found| {
            let at = |fresh: usize| found.get(fresh).copied().unwrap_or_default();
            let ([s, g, c], [last_s, last_g, last_c]) = (at(1), at(found.len() - 1));
            format!(
                "With a fresh output layer the rank correlation is {s:.2} for saliency, {g:.2} for guided backpropagation and {c:.2} for Grad-CAM; with every layer fresh {last_s:.2}, {last_g:.2} and {last_c:.2}. {}",
                match g > s && g > c {
                    true => "Guided backpropagation hardly notices: it mostly draws the picture’s strokes.",
                    false => "What stays highest is what looks at the picture more than at the weights.",
                },
            )
        },
    );
    let picture = Signal::derive(move || figures::sanity(&found.get()?));
    view! {
        <Experiment
            id="sanity"
            label="Forget, layer by layer"
            about="The trained network explains 20 held-out digits. Then its last layer is replaced by a fresh one, then the last two, until nothing learned is left. Each time the order of the pixels’ heat is compared with the trained network’s."
            progress
            on_run
            guess=Guess {
                question: "Which explanation will change least when the output layer forgets everything?",
                choices: &["saliency", "guided backpropagation", "Grad-CAM"],
                outcome: Callback::new(move |()| {
                    let first = *found.get_untracked()?.get(1)?;
                    (0..3).max_by(|a, b| first[*a].total_cmp(&first[*b]))
                }),
            }
        />
        <Figure
            id="sanity-test"
            technique="saliency"
            title="What is left of an explanation"
            picture
            empty="Not measured yet."
        >
            <strong>"A line that stays high is a warning."</strong>
            " 1 is the same order of pixels, 0 is no relation. A method that does not notice that the network forgot cannot tell what it knew."
        </Figure>
    }
}
