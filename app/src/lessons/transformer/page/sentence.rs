//! The translator: a sentence of one's own, how each next piece is chosen, and everything that can be opened up.

use std::time::Duration;

use leptos::prelude::*;

use super::{
    figures::{self, Gaze},
    look::{AllHeads, OneHead, Places, Walk},
    stored::Stored,
    words::Words,
};
use crate::{
    lessons::transformer::{
        Command, Decoding, Likely, Piece, Settings, Transformer, TranslationView, WEIGHTS,
        settings::{FIRST_SENTENCE, MOST_BEAMS, MOST_LETTERS},
    },
    session::Session,
    site::parts::Weights,
    widgets::{
        Chips, Figure, Notice, NoticeKind, NumberField, Slider, Toggle, Token, Tokens, tick_every, wants_stillness,
    },
};

/// From one word to the next while they appear.
const PACE: Duration = Duration::from_millis(260);
/// Sentences to begin with.
const EXAMPLES: [&str; 5] = [
    FIRST_SENTENCE,
    "She sees the small elephant.",
    "The teacher who knows my brother is tired.",
    "My sister lost her book.",
    "I don't know where he lives.",
];

/// Everything of the translator above the fold of its stage.
#[component]
pub fn SentenceBench(
    /// The main session.
    session: Session<Transformer>,
    /// Where the reader looks.
    gaze: Gaze,
) -> impl IntoView {
    grow(session, gaze);
    let retry = Callback::new(move |()| session.restart(session.settings.get_untracked()));
    let decoding = move || session.settings.with(|settings| settings.decoding);
    view! {
        <div class="wide"><Weights name=WEIGHTS bench=session.bench on_load=retry in_use=Signal::stored(true) /></div>
        <div class="wide"><Sentence session gaze /></div>
        <div class="wide"><OneHead session gaze /></div>
        <div class="wide"><AllHeads session gaze /></div>
        <div class="wide"><Walk session gaze /></div>
        <div class="wide"><Choices session /></div>
        <Show when=move || decoding() == Decoding::Beam>
            <div class="wide">
                <Figure
                    id="beam"
                    technique="feature-maps"
                    title="Beam search"
                    picture=figures::beam(session)
                    empty="The tree comes with the translation."
                >
                    <strong>"Follow the filled boxes down; look where another beginning was ahead."</strong>
                    " At each step the best beginnings are kept, the rest is dropped. A number is the log probability of all pieces so far."
                </Figure>
            </div>
        </Show>
        <div class="wide grid">
            <Words session />
            <Places session />
            <Stored />
        </div>
    }
}

fn translation<T: Default>(session: Session<Transformer>, read: impl Fn(&TranslationView) -> T) -> T {
    session.snapshot.with(|snapshot| {
        snapshot.as_ref().and_then(|snapshot| snapshot.translation.as_ref()).map(read).unwrap_or_default()
    })
}

/// Lets the rows of a new translation appear one after the other.
fn grow(session: Session<Transformer>, gaze: Gaze) {
    let target = Memo::new(move |_| {
        session.snapshot.with(|snapshot| snapshot.as_ref().map(|snapshot| snapshot.target.clone()).unwrap_or_default())
    });
    let still = wants_stillness();
    Effect::new(move || {
        let count = target.with(Vec::len);
        gaze.written.set(if still || count == 0 { usize::MAX } else { 0 });
    });
    tick_every(PACE, move || {
        let count = target.try_with_untracked(Vec::len).unwrap_or_default();
        if gaze.written.try_get_untracked().is_some_and(|written| written < count) {
            gaze.written.try_update(|written| *written += 1);
        }
    });
}

/// The sentence, its pieces, its translation.
#[component]
fn Sentence(session: Session<Transformer>, gaze: Gaze) -> impl IntoView {
    let sentence = move || session.settings.with(|settings| settings.sentence.clone());
    let too_long = RwSignal::new(false);
    let set = move |text: &str| {
        let clean: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
        let short: String = clean.chars().take(MOST_LETTERS).collect();
        too_long.set(short.len() < clean.len());
        session.change(|settings| settings.sentence = short);
    };
    let problem = Signal::derive(move || {
        let own = session.settings.with(|settings| settings.sentence_problem().map(String::from));
        own.or_else(|| translation(session, |view| view.problem.clone()))
    });
    let note = move || match too_long.get() {
        true => Some(format!("Only the first {MOST_LETTERS} letters are read; it learned from short sentences.")),
        false => translation(session, |view| view.note.clone()),
    };
    let source = Signal::derive(move || {
        session.snapshot.with(|snapshot| {
            snapshot.as_ref().map(|snapshot| snapshot.source.iter().map(Token::from).collect()).unwrap_or_default()
        })
    });
    let target = Signal::derive(move || {
        let written = gaze.written.get();
        session.snapshot.with(|snapshot| {
            let pieces =
                snapshot.as_ref().map(|snapshot| snapshot.target.iter().take(written).map(Token::from).collect());
            pieces.unwrap_or_default()
        })
    });
    let choose = Callback::new(move |query: usize| {
        gaze.spot.update(|spot| spot.query = Some(query));
        session.command(Command::Walk(query as u16));
    });
    let log_probability =
        move || translation(session, |view| (!view.text.is_empty()).then(|| format!("{:.2}", view.log_probability)));
    let whole = move || translation(session, |view| view.whole.clone());
    let again = move |_| gaze.written.set(0);
    view! {
        <div class="sentence-card">
            <label class="field">
                <span>"An English sentence"</span>
                <input
                    type="text"
                    autocomplete="off"
                    spellcheck="true"
                    lang="en"
                    prop:value=sentence
                    on:change=move |event| set(&event_target_value(&event))
                />
            </label>
            <button on:click=again>"Write it again"</button>
            <div class="sentence-examples">
                {EXAMPLES
                    .map(|example| view! { <button class="quiet" on:click=move |_| set(example)>{example}</button> })
                    .collect_view()}
            </div>
            {move || problem.get().map(|text| view! {
                <Notice
                    text=text
                    kind=NoticeKind::Warning
                    action="Take an example"
                    on_action=Callback::new(move |()| set(FIRST_SENTENCE))
                />
            })}
            <p class="own-word" role="status">{note}</p>
            <Tokens label="What it reads" tokens=source chosen=Signal::derive(move || gaze.spot.get().key) />
            <Tokens
                label="What it writes"
                tokens=target
                chosen=Signal::derive(move || gaze.spot.get().query)
                on_choose=choose
            />
            <p class="sentence-answer" lang="fr" data-translation="here">{move || translation(session, |view| view.text.clone())}</p>
            <Show when=move || whole().is_some()>
                <p class="sentence-note">
                    "With all heads it would say: " <span lang="fr" data-translation="all-heads">{whole}</span>
                </p>
            </Show>
            <p class="sentence-note">"Log probability of this sentence: " <output data-readout="log-probability">{log_probability}</output></p>
        </div>
    }
}

/// How the next piece is chosen, and what else was likely.
#[component]
fn Choices(session: Session<Transformer>) -> impl IntoView {
    let settings = session.settings;
    let number = move |read: fn(&Settings) -> f64| Signal::derive(move || settings.with(read));
    let decoding = Signal::derive(move || settings.with(|settings| settings.decoding));
    let rows = move || {
        session.snapshot.with(|snapshot| {
            let Some(snapshot) = snapshot.as_ref() else { return Vec::new() };
            let Some(view) = snapshot.translation.as_ref() else { return Vec::new() };
            let open = |step: usize| view.open.get(step).copied().unwrap_or(0);
            let row = |(step, (piece, likely)): (usize, (&Piece, &Vec<Likely>))| {
                (piece.label(), open(step), likely.iter().take(5).cloned().collect::<Vec<Likely>>())
            };
            snapshot.target.iter().zip(&view.likely).enumerate().map(row).collect()
        })
    };
    let row = move |(piece, open, likely): (String, u32, Vec<Likely>)| {
        let others = likely.into_iter().map(|(text, share)| {
            let chosen = text == piece;
            view! {
                <span class="likely" class:chosen=chosen style=format!("--share: {share:.3}")>
                    {text} " " <small>{format!("{:.0} %", share * 100.0)}</small>
                </span>
            }
        });
        view! { <tr><th scope="row">{piece.clone()}</th><td class="number">{open}</td><td>{others.collect_view()}</td></tr> }
    };
    view! {
        <section class="choices" aria-label="How the next piece is chosen">
            <Chips
                label="The next piece is"
                options=Decoding::ALL.map(|decoding| (decoding, decoding.name().to_owned())).to_vec()
                value=decoding
                on_change=Callback::new(move |decoding: Decoding| session.change(|settings| settings.decoding = decoding))
            />
            <div class="fields">
                <Show when=move || decoding.get() == Decoding::Beam>
                    <Slider
                        label="Beginnings that are kept"
                        value=number(|settings| settings.beams.into())
                        min=1.0
                        max=MOST_BEAMS.into()
                        step=1.0
                        on_change=Callback::new(move |beams: f64| session.change(|settings| settings.beams = beams.round() as u8))
                    />
                </Show>
                <Show when=move || decoding.get() == Decoding::Sample>
                    <Slider
                        label="Temperature"
                        value=number(|settings| settings.temperature.into())
                        min=0.1
                        max=5.0
                        log=true
                        marks=Signal::stored(vec![(1.0, "as it is".to_owned())])
                        on_change=Callback::new(move |value: f64| session.change(|settings| settings.temperature = value as f32))
                    />
                    <Slider
                        label="Top-k: only so many of the likeliest (0: all)"
                        value=number(|settings| settings.top_k.into())
                        min=0.0
                        max=50.0
                        step=1.0
                        on_change=Callback::new(move |value: f64| session.change(|settings| settings.top_k = value.round() as u16))
                    />
                    <Slider
                        label="Top-p: only the likeliest that reach this share"
                        value=number(|settings| settings.top_p.into())
                        min=0.05
                        max=1.0
                        step=0.05
                        on_change=Callback::new(move |value: f64| session.change(|settings| settings.top_p = value as f32))
                    />
                    <NumberField
                        label="Seed of the draw"
                        value=number(|settings| settings.draw.into())
                        min=0.0
                        max=999_999.0
                        integer=true
                        on_change=Callback::new(move |draw: f64| session.change(|settings| settings.draw = draw as u32))
                    />
                </Show>
                <Toggle
                    label="It is told positions"
                    value=Signal::derive(move || settings.with(|settings| settings.positions))
                    help="Without them “the dog sees the cat” and “the cat sees the dog” are the same to it."
                    on_change=Callback::new(move |on: bool| session.change(|settings| settings.positions = on))
                />
            </div>
            <div class="table-scroll">
                <table class="plain">
                    <caption>"What was likely at each step; the share is the network’s own, before temperature and cuts."</caption>
                    <thead>
                        <tr><th scope="col">"Written"</th><th scope="col" class="number">"Open"</th><th scope="col">"Likeliest pieces"</th></tr>
                    </thead>
                    <tbody>{move || rows().into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}
