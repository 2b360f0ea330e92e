//! Expose weakness: what is alike melts together, and what is too much is lost.

use leptos::prelude::*;
use models::foundations::hopfield::Rule;

use super::{
    begin, figures, shown,
    strength::{SWEEPS, held, recalled},
};
use crate::{
    lessons::hopfield::{
        ALL_DIGITS, CRITICAL_LOAD, Data, Hopfield, LOADS, Settings, Study, TRIALS, UNITS, letter_bits, rule_name, words,
    },
    session::Session,
    site::{
        experiment::{Experiment, Guess, Progress, run_to_stop},
        frame::{NextLesson, Stage, StageKind},
        parts::Lit,
    },
    widgets::{Brackets, Figure, Formula, Term},
};

/// A pattern counts as lost where less than this is left of it.
const LOST: f32 = 0.9;

/// The fourth stage.
#[component]
pub fn Weakness(
    /// The main session: recalls run in full view; capacity is measured in sessions of its own.
    session: Session<Hopfield>,
    /// The part that is lit.
    lit: Lit,
) -> impl IntoView {
    let hover = Callback::new(move |term: Option<&'static str>| lit.0.set(term));
    let seed = move || session.settings.with_untracked(|settings| settings.seed);
    let blend = RwSignal::new(Progress::default());
    let capacity = RwSignal::new(Progress::default());
    let slots = [(Rule::Hebb, RwSignal::new(None)), (Rule::Dense, RwSignal::new(None))];
    let run_blend = Callback::new(move |()| {
        let settings = Settings { stored: letter_bits("CFP"), cue: 7, noise: 0.0, seed: seed(), ..Settings::default() };
        begin(session, settings);
        run_to_stop(vec![session.bench], SWEEPS * Data::Letters.units() as u64, blend, move || {
            figures::from_view(session, |view| {
                let what = words(&view.diagnosis, &view.names);
                let alike = match &view.patterns[..] {
                    [_, f, p] => f.iter().zip(p).filter(|(f, p)| f == p).count(),
                    _ => 0,
                };
                format!(
                    "P and F are alike in {alike} of {} pixels. {} Shown the P without any damage, the network turned {} of its pixels and settled in {what}.",
                    view.state.len(),
                    held(session),
                    view.turned,
                )
            })
            .unwrap_or_default()
        });
    });
    let run_capacity = Callback::new(move |()| measure(slots[0], seed(), capacity));
    view! {
        <Stage kind=StageKind::Weakness claim="It remembers things it was never taught">
            <p>
                "Valleys that lie close together flow into one. P and F share most of their pixels. Store both beside a C, and neither holds: "
                "there is a new valley between them, a letter of no alphabet."
            </p>
            <Experiment
                id="blend"
                label="Store C, F and P"
                about="Hebb’s rule, three letters. The P is shown as it was stored. Watch which pixels turn, and how the energy falls all the same."
                progress=blend
                shows=move || view! {
                    <div class="grid">
                        {shown::state(session, "state-blend")} {shown::energy(session, "energy-blend")} {shown::stored(session, "stored-blend")}
                    </div>
                }
                on_run=run_blend
                guess=Guess {
                    question: "The P is shown undamaged. Where will the network settle?",
                    choices: &["in the P", "in something it was never taught"],
                    outcome: Callback::new(move |()| figures::from_view(session, |view| usize::from(view.turned > 0))),
                }
            />
            <Average session seed=Callback::new(move |()| seed()) />
            <p>
                "Even patterns that have nothing in common disturb each other when they are many. In 1985 Amit, Gutfreund and Sompolinsky "
                "computed where it breaks for endlessly many units."
            </p>
            <Experiment
                id="capacity"
                label="Measure the capacity"
                about="Networks of 400 units with more and more random patterns. Each one begins at a stored pattern and may leave it. Watch the curve grow."
                progress=capacity
                on_run=run_capacity
            />
            <Figure
                id="capacity-curve"
                technique="learning-curves"
                title="What is left of a pattern, against the load"
                picture=figures::capacity(slots)
                empty="Not measured yet. How many patterns would you trust 400 units with?"
            >
                <strong>"Watch where the curve breaks."</strong>
                " 1 means that patterns stay as they were stored. The marked load is theory’s limit for endlessly many units; so few units break less sharply."
            </Figure>
            <p>
                "The answer: do not add the patterns up. Compare the state with each of them, and let the nearest speak louder than the next. "
                <a href="https://arxiv.org/abs/1606.01164" rel="noopener">"Krotov and Hopfield (2016)"</a>
                " took a power of the likeness, "
                <a href="https://arxiv.org/abs/1702.01929" rel="noopener">"Demircigil and others (2017)"</a>
                " the exponential, as here. "
                <a href="https://arxiv.org/abs/2008.02217" rel="noopener">"Ramsauer and others (2020)"</a>
                " let the units have any value, and found that one step of that memory is attention."
            </p>
            <Formula label="h i equals the sum over all patterns mu of p i mu times the exponential of p mu dot s, the unit itself left out">
                <Term id="dense" lit=lit.0 on_hover=hover><mrow><msub><mi>"h"</mi><mi>"i"</mi></msub><mo>"="</mo><munder><mo>"∑"</mo><mi>"μ"</mi></munder><msubsup><mi>"p"</mi><mi>"i"</mi><mi>"μ"</mi></msubsup><mi>"exp"</mi><Brackets tall=true><munder><mo>"∑"</mo><mrow><mi>"j"</mi><mo>"≠"</mo><mi>"i"</mi></mrow></munder><msubsup><mi>"p"</mi><mi>"j"</mi><mi>"μ"</mi></msubsup><msub><mi>"s"</mi><mi>"j"</mi></msub></Brackets></mrow></Term>
            </Formula>
            <Dense session seed=Callback::new(move |()| seed()) slots />
            <NextLesson slug="transformer">
                "Compare with everything, weigh by an exponential, add up: that is the attention of the"
            </NextLesson>
        </Stage>
    }
}

/// All ten digits with Hebb, then ten random patterns.
#[component]
fn Average(session: Session<Hopfield>, seed: Callback<(), u32>) -> impl IntoView {
    let progress = RwSignal::new(Progress::default());
    let beside = RwSignal::new(None::<Session<Hopfield>>);
    let on_run = Callback::new(move |()| {
        let digits = Settings { stored: ALL_DIGITS, noise: 0.0, seed: seed.run(()), ..Settings::of(Data::Digits) };
        let random = Settings { seed: seed.run(()), ..Settings::of(Data::Random) };
        begin(session, digits);
        let own = RwSignal::new(Progress::default());
        run_to_stop(vec![session.bench], SWEEPS * Data::Digits.units() as u64, own, move || {
            let fell = figures::from_view(session, |view| {
                format!(
                    "Shown without damage, the ten end in {}. The 7 settled in {}; {:.1} % of its pixels are as in most of the ten pictures.",
                    if view.ends == 1 { "one and the same state".into() } else { format!("{} states", view.ends) },
                    words(&view.diagnosis, &view.names),
                    view.majority * 100.0,
                )
            });
            format!("Digits: {} {}", held(session), fell.unwrap_or_default())
        });
        let twin = Session::on_cpu(random);
        beside.set(Some(twin));
        Effect::new(move |_| {
            let state = own.get();
            let has_come = twin.snapshot.with(Option::is_some);
            progress.set(match state {
                Progress::Done(words) if has_come => Progress::Done(format!("{words} Random patterns: {}", held(twin))),
                Progress::Done(_) => Progress::Running(1.0),
                state => state,
            });
        });
    });
    view! {
        <Experiment
            id="average"
            label="Store all ten digits with Hebb"
            about="The ten digits that the pseudo-inverse could hold, then ten random patterns in a network of the same size. Is it the number, or the likeness?"
            progress
            shows=move || view! {
                <div class="grid">
                    {shown::state(session, "state-average")} {shown::stored(session, "stored-average")}
                    <Figure id="stored-random" technique="state-reconstruction" title="Ten random patterns" picture=figures::stored_of(beside)
                        empty="They come with the first frame."
                    />
                </div>
            }
            on_run
        />
    }
}

/// The dense network: ten digits in full view, then its capacity beside Hebb's.
#[component]
fn Dense(
    session: Session<Hopfield>,
    seed: Callback<(), u32>,
    slots: [(Rule, RwSignal<Option<Session<Hopfield>>>); 2],
) -> impl IntoView {
    let progress = RwSignal::new(Progress::default());
    let on_run = Callback::new(move |()| {
        let settings = Settings {
            stored: ALL_DIGITS,
            rule: Rule::Dense,
            noise: 0.35,
            seed: seed.run(()),
            ..Settings::of(Data::Digits)
        };
        begin(session, settings);
        let own = RwSignal::new(Progress::default());
        let curve = RwSignal::new(Progress::default());
        run_to_stop(vec![session.bench], SWEEPS * Data::Digits.units() as u64, own, move || {
            format!("Digits: {} {}", held(session), recalled(session))
        });
        measure(slots[1], seed.run(()), curve);
        Effect::new(move |_| {
            progress.set(match (own.get(), curve.get()) {
                (Progress::Done(digits), Progress::Done(load)) => Progress::Done(format!("{digits} {load}")),
                (_, Progress::Running(share)) => Progress::Running(share),
                _ => Progress::Running(1.0),
            });
        });
    });
    view! {
        <Experiment
            id="dense"
            label="Run the dense network"
            about="All ten digits and a 7 with 35 % of its pixels flipped; and the same measurement of capacity, as a dashed line in the curve."
            progress
            shows=move || view! {
                <div class="pair">
                    {shown::state(session, "state-dense")}
                    <Figure id="capacity-dense" technique="learning-curves" title="What is left of a pattern, against the load" picture=figures::capacity(slots)
                        empty="The first networks are being measured."
                    />
                </div>
            }
            on_run
        />
    }
}

/// Measures one rule's capacity in a session of its own.
fn measure((rule, slot): (Rule, RwSignal<Option<Session<Hopfield>>>), seed: u32, progress: RwSignal<Progress>) {
    let session = Session::on_cpu(Settings { study: Study::Capacity, rule, seed, ..Settings::default() });
    slot.set(Some(session));
    run_to_stop(vec![session.bench], (LOADS.len() * TRIALS) as u64, progress, move || {
        capacity_in_words(rule, &figures::measured(session).unwrap_or_default())
    });
}

/// Where a curve falls, in words.
fn capacity_in_words(rule: Rule, curve: &[(f32, f32)]) -> String {
    let name = rule_name(rule);
    let patterns = |load: f32| (load * UNITS as f32).round();
    let Some(&(last_load, last)) = curve.last() else { return String::new() };
    match curve.iter().position(|(_, overlap)| *overlap < LOST) {
        None => format!(
            "With the rule “{name}”, {UNITS} units still keep a mean overlap of {last:.2} at load {last_load}: {} random patterns. Hebb’s limit lies at {CRITICAL_LOAD}.",
            patterns(last_load),
        ),
        Some(0) => format!("With the rule “{name}” nothing holds at any of the loads."),
        Some(index) => {
            let ((held_at, held), (lost_at, lost)) = (curve[index - 1], curve[index]);
            format!(
                "With the rule “{name}”, {UNITS} units keep a mean overlap of {held:.2} at load {held_at} ({} patterns), {lost:.2} at {lost_at} ({} patterns) and {last:.2} at {last_load}. Theory’s limit lies at {CRITICAL_LOAD}.",
                patterns(held_at),
                patterns(lost_at),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fall_of_a_curve_is_named() {
        let words = capacity_in_words(Rule::Hebb, &[(0.1, 0.99), (0.15, 0.6), (0.3, 0.35)]);
        assert!(
            words.contains("0.99 at load 0.1 (40 patterns), 0.60 at 0.15 (60 patterns) and 0.35 at 0.3"),
            "{words}"
        );
        assert!(capacity_in_words(Rule::Dense, &[(0.1, 1.0), (0.3, 1.0)]).contains("1.00 at load 0.3: 120"));
        assert_eq!(capacity_in_words(Rule::Hebb, &[]), "");
    }
}
