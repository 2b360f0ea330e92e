//! Demonstrate strength: rules from examples alone, a language, and what the order is worth.

use leptos::prelude::*;

use super::figures;
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
/// What the translator is asked, and what it should answer, each wording that is as good.
const SENTENCES: [(&str, &[&str]); 4] = [
    ("The small elephant is blue.", &["Le petit éléphant est bleu."]),
    ("I don't know where my keys are.", &["Je ne sais pas où sont mes clés.", "Je ne sais pas où sont mes clefs."]),
    ("Why is the door open?", &["Pourquoi la porte est-elle ouverte ?"]),
    ("She sees the small elephant.", &["Elle voit le petit éléphant."]),
];

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
            about="Eight symbols out of twelve, new ones at every step, and only the reversed sequence as an answer. In the heads at the top of the page a diagonal from corner to corner appears."
            progress
            shows=move || view! {
                <div class="pair">
                    <Figure
                        id="accuracy-sequences"
                        technique="learning-curves"
                        title="Symbols and whole sequences right"
                        picture=figures::accuracy(session)
                    >
                        <strong>"Watch the vermilion line start late and then jump."</strong>
                    </Figure>
                    <Figure
                        id="right-sequences"
                        technique="attention-heatmap"
                        title="Attention on the right place"
                        picture=figures::right(session)
                    >
                        <strong>"Watch which head learns where to look, and when."</strong>
                    </Figure>
                </div>
            }
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

/// Whether this is one of the answers that it should give; spaces, which French sets before some marks, do not count.
fn is_right(french: &str, wanted: &[&str]) -> bool {
    let plain = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
    wanted.iter().any(|wanted| plain(wanted) == plain(french))
}

/// How many of the translations came out as they should.
fn judged(found: &[(String, String)]) -> String {
    let right = found.iter().zip(SENTENCES).filter(|((_, french), (_, wanted))| is_right(french, wanted)).count();
    format!("{right} of {} sentences come out as they should.", found.len())
}

/// What was measured when the weights were trained.
fn measured() -> String {
    let metric =
        provenance::find(WEIGHTS).and_then(|weights| weights.metrics.iter().find(|metric| metric.name == "BLEU"));
    metric.map_or(String::new(), |metric| {
        format!(
            " Measured when it was trained: BLEU {:.1}, where 100 would be the known translations word for word ({}).",
            metric.value, metric.split
        )
    })
}

#[component]
fn Sentences() -> impl IntoView {
    let Inquiry { progress, found, on_run } = inquire(
        || {
            let session = Session::<Transformer>::on_cpu(Settings::default().with_errand(Errand::Translate));
            session.command(Command::Translate(SENTENCES.map(|(english, _)| english.to_owned()).to_vec()));
            session
        },
        |snapshot| (snapshot.found.translated.len() == SENTENCES.len()).then(|| snapshot.found.translated.clone()),
        |found| format!("{}{}", judged(found), measured()),
    );
    view! {
        <Experiment
            id="translate"
            label="Translate"
            about="Four sentences of ours, each piece chosen as the likeliest. Choose “English to French” above to type your own and to open every head."
            progress
            shows=move || view! { <Show when=move || found.with(Option::is_some)><Translations found /></Show> }
            on_run
        />
    }
}

/// What it makes of each sentence, beside what it should become.
#[component]
fn Translations(found: Memo<Option<Vec<(String, String)>>>) -> impl IntoView {
    let rows = move || {
        let row = |((english, french), (_, wanted)): ((String, String), (&str, &[&'static str]))| {
            let right = is_right(&french, wanted);
            view! {
                <tr>
                    <th scope="row">{english}</th>
                    <td lang="fr">{french}</td>
                    <td lang="fr">{wanted.first().copied()}</td>
                    <td>{if right { "yes" } else { "no" }}</td>
                </tr>
            }
        };
        found.get().unwrap_or_default().into_iter().zip(SENTENCES).map(row).collect_view()
    };
    view! {
        <div class="table-scroll" data-shown="translations">
            <table class="plain">
                <caption>"Compare what it writes with what it should write."</caption>
                <thead>
                    <tr>
                        <th scope="col">"Sentence"</th>
                        <th scope="col">"Here"</th>
                        <th scope="col">"As it should be"</th>
                        <th scope="col">"Right"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
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
        let answers = |last: &str| {
            let right = SENTENCES.map(|(english, wanted)| (english.to_owned(), wanted[0].to_owned()));
            let [first, second, third, (english, _)] = right;
            vec![first, second, third, (english, last.to_owned())]
        };
        assert_eq!(judged(&answers("Elle se voit les petits éléphant.")), "3 of 4 sentences come out as they should.");
        assert!(judged(&answers("Elle voit le petit éléphant .")).starts_with("4 of 4"));
        assert!(measured().contains("test"), "{}", measured());
    }
}
