//! Twins: any two settings of one model side by side, with one seed, the same batches, one bench and one time machine.
//!
//! The twin keeps the settings that it was made with. The reader changes the lesson's own: what differs is what is compared.

use leptos::prelude::*;

use crate::{
    session::{
        Action, Bench, Session,
        protocol::{Protocol, Series, Settings},
        query::{Query, QueryWriter, spelt},
    },
    site::{figures::compared, runs::CURVES},
    widgets::{Axis, Chips, Figure},
};

/// What the address calls the twin's settings.
pub const KEY: &str = "twin";

/// The settings of the twin as the query of an address; `None` while there is none.
#[derive(Clone, Copy)]
pub struct Twin(pub RwSignal<Option<String>>);

/// A lesson's own picture of a session, as a figure with this id and this title: what is shown side by side.
pub type Beside<P> = fn(Session<P>, &'static str, &'static str) -> AnyView;

/// The settings of a session as the query of an address.
fn written<S: Settings>(settings: &S) -> String {
    let mut writer = QueryWriter::default();
    settings.write(&mut writer);
    writer.finish()
}

/// The twin's settings: its own, but for the seed, which is shared.
fn shared<S: Settings>(twin: &str, main: &S) -> S {
    const SEED: &str = "seed";
    let seed = Query::parse(&written(main)).text(SEED).map(str::to_owned);
    S::read(&mut Query::parse(twin).with(SEED, seed))
}

/// Makes a twin of the settings as they are, or takes it away.
#[component]
pub fn TwinButton<P: Protocol>(
    /// The lesson's main session.
    session: Session<P>,
    /// The twin.
    twin: Twin,
) -> impl IntoView {
    let set = move |_| twin.0.set(Some(session.settings.with_untracked(written)));
    view! {
        <div class="field twin-field">
            <span>"Compare two settings under one bench"</span>
            <div class="group">
                <button on:click=set>
                    {move || if twin.0.with(Option::is_some) { "Give the twin these settings" } else { "Set a twin beside it" }}
                </button>
                <Show when=move || twin.0.with(Option::is_some)>
                    <button class="quiet" on:click=move |_| twin.0.set(None)>"Take the twin away"</button>
                </Show>
            </div>
        </div>
    }
}

/// The twin, while there is one.
#[component]
pub fn Twins<P: Protocol>(
    /// The lesson's main session.
    session: Session<P>,
    /// The twin.
    twin: Twin,
    /// The lesson's own picture of a session.
    beside: Option<Beside<P>>,
    /// The step that a link asks for.
    steps: u32,
) -> impl IntoView {
    // Only the twin of the page's address begins at the step of that address; one made here is shown to the reader.
    let address = StoredValue::new(twin.0.with_untracked(Option::is_some).then_some(steps));
    move || {
        twin.0.get().map(|text| {
            let steps = address.get_value();
            address.set_value(None);
            view! { <Pair session text beside steps /> }
        })
    }
}

/// The main session and its twin.
#[component]
fn Pair<P: Protocol>(
    /// The lesson's main session.
    session: Session<P>,
    /// The twin's settings.
    text: String,
    /// The lesson's own picture of a session.
    beside: Option<Beside<P>>,
    /// The step that the page's address asks for, if the twin is from there.
    steps: Option<u32>,
) -> impl IntoView {
    let twin = session.settings.with_untracked(|main| Session::<P>::on_cpu(shared(&text, main)));
    let text = StoredValue::new(text);
    session.lead(twin.bench);
    on_cleanup(move || session.let_go(twin.bench));
    twin.bench.act(Action::Speed(session.bench.speed.get_untracked()));
    let node = NodeRef::<leptos::html::Section>::new();
    match steps {
        Some(0) => {}
        Some(steps) => twin.bench.act(Action::Advance(steps)),
        None => {
            session.bench.act(Action::Reset);
            Effect::new(move || {
                if let Some(section) = node.get() {
                    section.scroll_into_view();
                }
            });
        }
    }
    Effect::new(move |before: Option<P::Settings>| {
        let main = session.settings.get();
        if before.is_some_and(|before| main.restarts(&before)) {
            twin.restart(text.with_value(|text| shared(text, &main)));
        }
        main
    });
    keep_together(session, twin);
    let settings = Signal::derive(move || {
        let (yours, twins) = (session.settings.with(written), twin.settings.with(written));
        differences(&yours, &twins)
    });
    view! {
        <section node_ref=node class="stage twins" aria-labelledby="twins-title">
            <h2 id="twins-title">"Two settings, one bench"</h2>
            <p role="status">
                {move || match settings.with(Vec::is_empty) {
                    true => "Both have the same settings. Change one of yours: the twin keeps its own, with the same seed and the same batches.",
                    false => "The same seed and the same batches; only what the first rows of the table say differs.",
                }}
            </p>
            <div class="wide pair">
                <Together yours=session.bench twin=twin.bench />
                <Standing settings yours=session.bench twin=twin.bench />
            </div>
            {beside.map(|beside| view! {
                <div class="wide grid">
                    {beside(session, "twins-yours", "Yours")}
                    {beside(twin, "twins-twin", "The twin")}
                </div>
            })}
        </section>
    }
}

/// Two workers are never told to pause at the same step: whichever came less far goes on to the step of the other.
fn keep_together<P: Protocol>(yours: Session<P>, twin: Session<P>) {
    Effect::new(move |trained: Option<bool>| {
        let trained = trained == Some(true) || yours.bench.running.get() || twin.bench.running.get();
        if !(trained && yours.bench.rests.get() && twin.bench.rests.get()) {
            return trained;
        }
        let steps = [yours, twin].map(|session| session.bench.step.get_untracked());
        yours.catch_up(steps[1]);
        twin.catch_up(steps[0]);
        false
    });
}

/// What differs, and how far both are.
#[component]
fn Standing(
    /// The settings that differ: name, yours, the twin's.
    settings: Signal<Vec<[String; 3]>>,
    /// The lesson's own session.
    yours: Bench,
    /// The session beside it.
    twin: Bench,
) -> impl IntoView {
    let measured = move || {
        let value = |bench: Bench, series| bench.last(series).map_or_else(String::new, |value| format!("{value:.4}"));
        let rows = CURVES.map(|(series, name)| [name.to_owned(), value(yours, series), value(twin, series)]);
        let steps = ["step".to_owned(), yours.step.get().to_string(), twin.step.get().to_string()];
        let rows = rows.into_iter().filter(|[_, yours, twin]| !(yours.is_empty() && twin.is_empty()));
        std::iter::once(steps).chain(rows).collect::<Vec<_>>()
    };
    let row = |[name, yours, twin]: [String; 3]| {
        view! { <tr><th scope="row">{name}</th><td class="number">{yours}</td><td class="number">{twin}</td></tr> }
    };
    view! {
        <div class="table-scroll">
            <table class="plain">
                <thead>
                    <tr><td></td><th scope="col" class="number">"Yours"</th><th scope="col" class="number">"The twin"</th></tr>
                </thead>
                <tbody>
                    {move || settings.get().into_iter().map(row).collect_view()}
                    {move || measured().into_iter().map(row).collect_view()}
                </tbody>
            </table>
        </div>
    }
}

/// One curve of both, over the same steps.
#[component]
fn Together(
    /// The lesson's own session.
    yours: Bench,
    /// The session beside it.
    twin: Bench,
) -> impl IntoView {
    let chosen = RwSignal::new(Series::Loss);
    let line = |bench: Bench, series| bench.curves.with(|curves| curves.line(series).to_vec());
    let options = Memo::new(move |_| {
        let has = |series| !line(yours, series).is_empty() || !line(twin, series).is_empty();
        CURVES.into_iter().filter(|(series, _)| has(*series)).collect::<Vec<_>>()
    });
    let picture = Signal::derive(move || {
        let known = options.get();
        let (series, name) = known.iter().find(|(series, _)| *series == chosen.get()).or(known.first()).copied()?;
        let y = Axis::new(name).from(0.0);
        let is_share = matches!(series, Series::Accuracy | Series::ValidationAccuracy);
        let lines = vec![("yours", line(yours, series)), ("the twin", line(twin, series))];
        compared(lines, if is_share { y.percent().to(1.0) } else { y })
    });
    let chips = move || {
        let options = options.get();
        (options.len() > 1).then(|| {
            let options = options.into_iter().map(|(series, name)| (series, name.to_owned())).collect::<Vec<_>>();
            let on_change = Callback::new(move |series| chosen.set(series));
            view! { <Chips label="Compare" options value=chosen on_change /> }
        })
    };
    view! {
        <Figure id="twins" technique="learning-curves" title="Both over the same steps" picture controls=move || chips
            empty="Train or Step moves both: their curves meet here."
        >
            <strong>"Change one thing at a time."</strong>
            " Then the gap between the curves is its doing. The time machine moves both."
        </Figure>
    }
}

/// Painted points are a long text.
const MOST_LETTERS: usize = 40;

/// The settings in which two queries differ: name, the one's value, the other's.
fn differences(one: &str, other: &str) -> Vec<[String; 3]> {
    let (one, other) = (Query::parse(one), Query::parse(other));
    let mut keys: Vec<&str> = one.keys().chain(other.keys()).filter(|key| *key != "v").collect();
    keys.sort_unstable();
    keys.dedup();
    let value = |query: &Query, key: &str| match query.text(key) {
        Some(text) if text.chars().count() > MOST_LETTERS => text.chars().take(MOST_LETTERS).chain(['…']).collect(),
        Some(text) => text.to_owned(),
        None => "as the lesson begins".to_owned(),
    };
    let different = keys.into_iter().filter(|key| one.text(key) != other.text(key));
    different.map(|key| [spelt(key).to_owned(), value(&one, key), value(&other, key)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_told() {
        let rows = differences("v=1&rate=0.1&seed=7", "v=1&seed=7&batch=8");
        let start = "as the lesson begins".to_owned();
        let batch = ["batch".to_owned(), start.clone(), "8".to_owned()];
        assert_eq!(rows, [batch, ["rate".to_owned(), "0.1".to_owned(), start]]);
        assert!(differences("", "").is_empty());
    }
}
