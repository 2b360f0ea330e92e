//! Demonstrate strength: a damaged digit comes back.

use leptos::prelude::*;
use models::foundations::hopfield::Rule;

use super::{begin, figures, shown};
use crate::{
    lessons::hopfield::{ALL_DIGITS, Data, Hopfield, Settings, words},
    session::Session,
    site::{
        experiment::{Experiment, Progress, run_to_stop},
        frame::{Stage, StageKind},
        parts::Lit,
    },
    widgets::{Brackets, Formula, Term},
};

/// Sweeps that a recall takes, about; for the progress only.
pub const SWEEPS: u64 = 4;

/// The third stage.
#[component]
pub fn Strength(
    /// The main session: these experiments run in full view.
    session: Session<Hopfield>,
    /// The part that is lit.
    lit: Lit,
) -> impl IntoView {
    let hover = Callback::new(move |term: Option<&'static str>| lit.0.set(term));
    let seed = move || session.settings.with_untracked(|settings| settings.seed);
    let seven = RwSignal::new(Progress::default());
    let all = RwSignal::new(Progress::default());
    let steps = SWEEPS * Data::Digits.units() as u64;
    let run_seven = Callback::new(move |()| {
        begin(session, Settings { noise: 0.35, seed: seed(), ..Settings::of(Data::Digits) });
        run_to_stop(vec![session.bench], steps, seven, move || recalled(session));
    });
    let run_all = Callback::new(move |()| {
        let settings = Settings {
            stored: ALL_DIGITS,
            rule: Rule::PseudoInverse,
            noise: 0.3,
            seed: seed(),
            ..Settings::of(Data::Digits)
        };
        begin(session, settings);
        run_to_stop(vec![session.bench], steps, all, move || format!("{} {}", held(session), recalled(session)));
    });
    view! {
        <Stage kind=StageKind::Strength claim="Part of a memory brings back the whole">
            <p>
                "A computer finds a memory by its address. Hopfield’s network finds it by its content: show it a part, or a ruin, and it "
                "completes it. No unit knows the pattern, and no unit leads."
            </p>
            <Experiment
                id="recall"
                label="Recall a 7"
                about="Two handwritten digits are stored with Hebb’s rule, a 3 and a 7. The 7 is shown with 35 % of its pixels flipped. Watch the dots vanish, and the energy fall."
                progress=seven
                shows=move || view! { <div class="pair">{shown::state(session, "state-recall")} {shown::energy(session, "energy-recall")}</div> }
                on_run=run_seven
            />
            <p>
                "Hebb’s rule adds patterns up as if they had nothing in common. The pseudo-inverse looks at how alike they are first, and takes "
                "that out: its matrix projects on the space of the patterns, the columns of P. Then its diagonal is set to zero, as Hebb’s is: only so "
                "does no turn raise the energy."
            </p>
            <Formula label="W equals P times the inverse of P transposed P, times P transposed; then w i i becomes zero">
                <Term id="pseudo-inverse" lit=lit.0 on_hover=hover><mrow><mi>"W"</mi><mo>"="</mo><mi>"P"</mi><msup><Brackets><msup><mi>"P"</mi><mi>"T"</mi></msup><mi>"P"</mi></Brackets><mrow><mo>"−"</mo><mn>"1"</mn></mrow></msup><msup><mi>"P"</mi><mi>"T"</mi></msup><mo>","</mo><mspace width="0.6em" /><msub><mi>"w"</mi><mrow><mi>"i"</mi><mi>"i"</mi></mrow></msub><mo>"←"</mo><mn>"0"</mn></mrow></Term>
            </Formula>
            <Experiment
                id="all-ten"
                label="Store all ten digits"
                about="The pseudo-inverse separates the patterns before it stores them. All ten digits, and a 7 with 30 % of its pixels flipped."
                progress=all
                shows=move || view! { <div class="pair">{shown::state(session, "state-all-ten")} {shown::stored(session, "stored-all-ten")}</div> }
                on_run=run_all
            />
            <p>
                "The price: the projection must know all patterns at once, while Hebb’s rule takes them one by one. Storkey’s rule also takes them one "
                "by one, and corrects each by what is stored already. Choose it in the settings and count the green frames under “What is stored, and what holds”."
            </p>
        </Stage>
    }
}

/// What was damaged, what came back, and after how many updates.
pub fn recalled(session: Session<Hopfield>) -> String {
    let step = session.bench.step.get();
    let units = session.settings.with(|settings| settings.data.units());
    figures::from_view(session, |view| {
        let (before, after) = view.wrong;
        let what = words(&view.diagnosis, &view.names);
        format!(
            "{before} of {units} pixels were wrong, {after} are wrong now: after {step} updates and {} turns it settled in {what}.",
            view.turned,
        )
    })
    .unwrap_or_default()
}

/// How many stored patterns hold.
pub fn held(session: Session<Hopfield>) -> String {
    figures::from_view(session, |view| {
        let holding = view.stable.iter().filter(|stable| **stable).count();
        format!("{holding} of {} stored patterns hold.", view.stable.len())
    })
    .unwrap_or_default()
}
