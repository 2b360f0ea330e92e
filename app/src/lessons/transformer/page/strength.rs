//! Demonstrate strength: rules from examples alone, a language, and what the order is worth.

use leptos::prelude::*;

use crate::{
    lessons::transformer::{Command, Errand, Settings, Transformer, WEIGHTS, WHOLE},
    provenance,
    session::Session,
    site::{
        experiment::{Experiment, Guess, Inquiry, Progress, inquire, run_to_stop},
        figures::compared,
        frame::{Stage, StageKind},
    },
    widgets::{Axis, Figure},
};

/// Steps of a run that learns to reverse.
pub const STEPS: u32 = 250;
/// A sequence counts as solved from this share of whole ones on.
const SOLVED: f64 = 0.99;
/// What the translator is asked: the last one is beyond it.
const SENTENCES: [&str; 4] = [
    "The small elephant is blue.",
    "I don't know where my keys are.",
    "Why is the door open?",
    "She sees the small elephant.",
];
/// What the last one should become.
const WANTED: &str = "Elle voit le petit éléphant.";

/// The third stage.
#[component]
pub fn Strength(
    /// The main session.
    session: Session<Transformer>,
) -> impl IntoView {
    let seed = Callback::new(move |()| session.settings.with_untracked(|settings| settings.seed));
    view! {
        <Stage kind=StageKind::Strength claim="It learns a rule from examples, and a language from sentences">
            <Sequences session seed />
            <p>
                "The same parts, wider and with more layers, learn to translate. Its weights were trained on pairs of short "
                "sentences; no pair that shares a sentence with the ones they are judged by was ever shown."
            </p>
            <Sentences />
            <p>
                "Attention by itself sees a bag of words. All it knows of the order is what is added to each word at the start. Take "
                "that away from one of two twins."
            </p>
            <Order seed />
        </Stage>
    }
}

/// The first step after which a share of whole sequences came out right.
fn solved_at(session: Session<Transformer>) -> Option<f64> {
    session
        .curves
        .with_untracked(|curves| curves.line(WHOLE).iter().find(|(_, share)| *share >= SOLVED).map(|(step, _)| *step))
}

#[component]
fn Sequences(session: Session<Transformer>, seed: Callback<(), u32>) -> impl IntoView {
    let progress = RwSignal::new(Progress::default());
    let on_run = Callback::new(move |()| {
        session.restart(Settings { stop: STEPS, seed: seed.run(()), ..Settings::default() });
        run_to_stop(vec![session.bench], STEPS.into(), progress, move || {
            let whole = session.bench.last(WHOLE).unwrap_or_default() * 100.0;
            match solved_at(session) {
                Some(step) => format!(
                    "After {step} steps 99 % of 200 sequences that it has never seen came out right from the first symbol to the last; after {STEPS} steps it is {whole:.1} %."
                ),
                None => format!(
                    "After {STEPS} steps {whole:.1} % of 200 sequences that it has never seen come out right as a whole."
                ),
            }
        });
    });
    view! {
        <Experiment
            id="sequences"
            label="Learn to reverse"
            about="Eight symbols out of twelve, new ones at every step, and only the reversed sequence as an answer. Watch the heads above: a diagonal from corner to corner appears."
            progress
            on_run
            guess=Guess {
                question: "How many steps of 64 sequences until 99 % of unseen ones come out right as a whole?",
                choices: &["up to 100", "100 to 200", "more, or never"],
                outcome: Callback::new(move |()| {
                    let at = solved_at(session).unwrap_or(f64::INFINITY);
                    Some(usize::from(at > 100.0) + usize::from(at > 200.0))
                }),
            }
        />
    }
}

/// What is wrong with the last translation; nothing where it came out right.
fn failure(found: &[(String, String)]) -> String {
    match found.last() {
        Some((_, to)) if to != WANTED => format!(" The last is wrong: it should be “{WANTED}”."),
        _ => String::new(),
    }
}

/// What was measured when the weights were trained.
fn measured() -> String {
    let metric =
        provenance::find(WEIGHTS).and_then(|weights| weights.metrics.iter().find(|metric| metric.name == "BLEU"));
    metric.map_or(String::new(), |metric| {
        format!(
            " Measured when it was trained: BLEU {:.1}, where 100 would be known translations word for word ({}).",
            metric.value, metric.split
        )
    })
}

#[component]
fn Sentences() -> impl IntoView {
    let Inquiry { progress, on_run, .. } = inquire(
        || {
            let session = Session::<Transformer>::on_cpu(Settings::default().with_errand(Errand::Translate));
            session.command(Command::Translate(SENTENCES.map(String::from).to_vec()));
            session
        },
        |snapshot| (snapshot.found.translated.len() == SENTENCES.len()).then(|| snapshot.found.translated.clone()),
        |found| {
            let told: Vec<String> = found.iter().map(|(from, to)| format!("“{from}” becomes “{to}”")).collect();
            format!("{}.{}{}", told.join("; "), failure(found), measured())
        },
    );
    view! {
        <Experiment
            id="translate"
            label="Translate"
            about="Four sentences of ours, each piece chosen as the likeliest. Choose “English to French” above to type your own and to open every head."
            progress
            on_run
        />
    }
}

#[component]
fn Order(seed: Callback<(), u32>) -> impl IntoView {
    let progress = RwSignal::new(Progress::default());
    let slot = RwSignal::new(None::<[Session<Transformer>; 2]>);
    let on_run = Callback::new(move |()| {
        let twins = [true, false].map(|positions| {
            Session::on_cpu(Settings { positions, stop: STEPS, seed: seed.run(()), ..Settings::default() })
        });
        slot.set(Some(twins));
        run_to_stop(twins.map(|twin| twin.bench).to_vec(), STEPS.into(), progress, move || {
            let [with, without] = twins.map(|twin| twin.bench.last(WHOLE).unwrap_or_default() * 100.0);
            format!(
                "After {STEPS} steps the twin that is told positions reverses {with:.1} % of 200 unseen sequences; the one that is not reverses {without:.1} %."
            )
        });
    });
    let picture = Signal::derive(move || {
        let [with, without] = slot.get()?;
        let line = |twin: Session<Transformer>| twin.curves.with(|curves| curves.line(WHOLE).to_vec());
        let lines = vec![("with positions", line(with)), ("without", line(without))];
        compared(lines, Axis::new("whole sequences right").percent().to(1.0))
    });
    view! {
        <Experiment
            id="order"
            label="Take the positions away"
            about="Twins, one seed and the same sequences. Both read all symbols at once; only one is told where each stands."
            progress
            on_run
            guess=Guess {
                question: "How many sequences will the twin without positions reverse?",
                choices: &["as many as the other", "about half", "hardly any"],
                outcome: Callback::new(move |()| {
                    let [_, without] = slot.get_untracked()?;
                    let share = without.bench.last(WHOLE)?;
                    Some(usize::from(share < 0.8) + usize::from(share < 0.2))
                }),
            }
        />
        <Figure
            id="order-test"
            technique="learning-curves"
            title="Reversing, with and without positions"
            picture
            empty="Not run yet."
        >
            <strong>"Watch the dashed line."</strong>
            " It knows which symbols there are, and not where."
        </Figure>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_sentence_is_called_wrong() {
        let ends_as = |french: &str| failure(&[(SENTENCES[3].to_owned(), french.to_owned())]);
        assert!(ends_as("Elle se voit les petits éléphant.").contains(WANTED));
        assert_eq!(ends_as(WANTED), "");
        assert!(measured().contains("test"), "{}", measured());
    }
}
