//! Understand: a memory that rolls downhill.

use leptos::prelude::*;

use super::{figures, pace};
use crate::{
    lessons::hopfield::{Command, Data, Hopfield, MOST_OWN, Settings},
    session::{Action, Session},
    site::{
        embed::Setting,
        frame::{Stage, StageKind, replay},
        parts::Lit,
    },
    widgets::{Chips, DrawPad, Figure, Formula, Formulas, Named, PointEvent, Stroke, Term},
};

/// The surface's turn at first: the two stored patterns lie in front.
const FRONT: f64 = 3.7;

/// The first stage.
#[component]
pub fn Understand(
    /// The main session.
    session: Session<Hopfield>,
    /// The part that is lit.
    lit: Lit,
) -> impl IntoView {
    let settings = session.settings;
    let hover = Callback::new(move |term: Option<&'static str>| lit.0.set(term));
    view! {
        <Stage kind=StageKind::Understand claim="A memory that rolls downhill">
            <div class="wide">
                <Setting key="data">
                    <Chips
                        label="What to remember"
                        options=Data::ALL.map(|data| (data, data.name().to_string())).to_vec()
                        value=Signal::derive(move || settings.with(|settings| settings.data))
                        on_change=Callback::new(move |data: Data| {
                            session.change(|settings| settings.switch(data));
                            pace(session);
                        })
                    />
                </Setting>
                <Stored session />
                <div class="pair">
                    <Recall session />
                    <div class="stack">
                        <Figure
                            id="energy"
                            technique="learning-curves"
                            title="Energy at every update"
                            picture=figures::energy(session)
                            empty="The energy appears with the first frame."
                        >
                            <strong>"Watch whether it ever rises."</strong>
                            " One unit at a time, it cannot. It stays level where a unit was asked and did not turn. Choose “all at once” in the settings "
                            "and the promise is gone. The axis begins near the lowest energy, not at 0."
                        </Figure>
                        <Figure
                            id="overlaps"
                            technique="state-reconstruction"
                            title="Overlap with each stored pattern"
                            picture=figures::overlaps(session)
                            empty="Nothing is stored yet."
                        >
                            <strong>"See which line wins."</strong>
                            " 1 is the pattern itself, 0 has nothing to do with it, −1 is its reverse."
                        </Figure>
                    </div>
                </div>
            </div>
            <p>
                "Every pixel is a unit, and every unit is tied to every other. A tie says: be alike, or be different. Each unit listens to all the "
                "others, weighed by its ties, and turns to the side that they speak for. Nobody tells it which pattern is meant."
            </p>
            <Formulas label="h i equals the sum over all j other than i of w i j s j; s i becomes the sign of h i; E equals minus one half the sum over all i and j that differ of w i j s i s j">
                <Term id="field" lit=lit.0 on_hover=hover><mrow><msub><mi>"h"</mi><mi>"i"</mi></msub><mo>"="</mo><munder><mo>"∑"</mo><mrow><mi>"j"</mi><mo>"≠"</mo><mi>"i"</mi></mrow></munder><msub><mi>"w"</mi><mrow><mi>"i"</mi><mi>"j"</mi></mrow></msub><msub><mi>"s"</mi><mi>"j"</mi></msub></mrow></Term>
                <Term id="update" lit=lit.0 on_hover=hover><mrow><msub><mi>"s"</mi><mi>"i"</mi></msub><mo>"←"</mo><Named word="sign" /><msub><mi>"h"</mi><mi>"i"</mi></msub></mrow></Term>
                <Term id="energy" lit=lit.0 on_hover=hover><mrow><mi>"E"</mi><mo>"="</mo><mo>"−"</mo><mfrac><mn>"1"</mn><mn>"2"</mn></mfrac><munder><mo>"∑"</mo><mrow><mi>"i"</mi><mo>"≠"</mo><mi>"j"</mi></mrow></munder><msub><mi>"w"</mi><mrow><mi>"i"</mi><mi>"j"</mi></mrow></msub><msub><mi>"s"</mi><mi>"i"</mi></msub><msub><mi>"s"</mi><mi>"j"</mi></msub></mrow></Term>
            </Formulas>
            <p>
                "When a unit turns, the energy falls by twice what it stood against. That rests on two things: ties are mutual, and no unit is tied to "
                "itself. There are only finitely many states, so the fall must end. It ends in a valley. Hebb’s rule digs the valleys: it ties pixels that are alike in a pattern, and parts those that differ."
            </p>
            <Formula label="w i j equals one over n times the sum over all patterns mu of p i mu times p j mu, for i other than j; w i i is zero">
                <Term id="hebb" lit=lit.0 on_hover=hover><mrow><msub><mi>"w"</mi><mrow><mi>"i"</mi><mi>"j"</mi></mrow></msub><mo>"="</mo><mfrac><mn>"1"</mn><mi>"n"</mi></mfrac><munder><mo>"∑"</mo><mi>"μ"</mi></munder><msubsup><mi>"p"</mi><mi>"i"</mi><mi>"μ"</mi></msubsup><msubsup><mi>"p"</mi><mi>"j"</mi><mi>"μ"</mi></msubsup><mspace width="0.6em" /><mtext>"for"</mtext><mspace width="0.3em" /><mi>"i"</mi><mo>"≠"</mo><mi>"j"</mi><mo>","</mo><mspace width="0.6em" /><msub><mi>"w"</mi><mrow><mi>"i"</mi><mi>"i"</mi></mrow></msub><mo>"="</mo><mn>"0"</mn></mrow></Term>
            </Formula>
            <div class="wide grid">
                <EnergySurface session />
                <Figure
                    id="stored"
                    technique="state-reconstruction"
                    title="What is stored, and what holds"
                    picture=figures::stored(session)
                    empty="Nothing is stored yet."
                >
                    <strong>"Look for a red frame."</strong>
                    " A pattern holds if, shown without any damage, not one of its pixels wants to turn. Storing is one thing, holding another."
                </Figure>
            </div>
        </Stage>
    }
}

/// Which letters or digits are stored; or the pad for patterns of one's own.
#[component]
fn Stored(session: Session<Hopfield>) -> impl IntoView {
    let settings = session.settings;
    let data = Memo::new(move |_| settings.with(|settings| settings.data));
    let toggle = move |index: usize| session.change(|settings| settings.stored ^= 1 << index);
    move || match data.get() {
        Data::Letters | Data::Digits => {
            let names = settings.with_untracked(Settings::names);
            view! {
                <div class="chips-field">
                    <span class="control-label" id="stored-label">"Stored"</span>
                    <div class="chips" role="group" aria-labelledby="stored-label">
                        {names
                            .into_iter()
                            .enumerate()
                            .map(|(index, name)| {
                                let is_stored = move || settings.with(|settings| settings.stored >> index & 1 == 1);
                                view! {
                                    <button
                                        type="button"
                                        class="chip"
                                        role="checkbox"
                                        aria-checked=move || is_stored().to_string()
                                        on:click=move |_| toggle(index)
                                    >
                                        {name}
                                    </button>
                                }
                            })
                            .collect_view()}
                    </div>
                </div>
            }
            .into_any()
        }
        Data::Drawn => view! { <Pad session /> }.into_any(),
        Data::Random => ().into_any(),
    }
}

/// Draw, then store what was drawn, or show it to be recalled.
#[component]
fn Pad(session: Session<Hopfield>) -> impl IntoView {
    let side = Data::Drawn.side();
    let value = RwSignal::new(Vec::<f32>::new());
    let pattern = move || {
        value.with_untracked(|pixels| {
            let ink = |place: usize| pixels.get(place).is_some_and(|ink| *ink > 0.4);
            (0..side * side).map(|place| if ink(place) { 1 } else { -1 }).collect::<Vec<i8>>()
        })
    };
    let count = move || session.settings.with(|settings| settings.own.len());
    let is_full = move || count() >= MOST_OWN;
    let store = move |_| {
        let drawn = pattern();
        session.change(|settings| {
            if settings.own.len() < MOST_OWN && !settings.own.contains(&drawn) {
                settings.cue = settings.own.len() as u32;
                settings.own.push(drawn);
            }
        });
        value.set(Vec::new());
    };
    view! {
        <div class="stack">
            <DrawPad label="Draw a pattern of 10 × 10 pixels" size=side value />
            <div class="chips">
                <button type="button" on:click=store disabled=is_full>"Store this drawing"</button>
                <button type="button" on:click=move |_| session.command(Command::Show(pattern()))>"Recall from this drawing"</button>
                <button
                    type="button"
                    class="quiet"
                    on:click=move |_| session.change(|settings| {
                        settings.own.clear();
                        settings.cue = 0;
                    })
                >
                    "Forget all"
                </button>
            </div>
            <p class="control-help" role="status">
                {move || match count() {
                    0 => "Nothing is stored yet.".to_string(),
                    count => format!("Stored: {count} of at most {MOST_OWN}."),
                }}
            </p>
        </div>
    }
}

/// The state; a click or a stroke flips its pixels, keys too.
#[component]
fn Recall(session: Session<Hopfield>) -> impl IntoView {
    let cursor = RwSignal::new(None::<usize>);
    let picture = figures::state(session, cursor);
    let ink = RwSignal::new(None::<bool>);
    let paint = move |unit: usize, ink: bool| session.command(Command::Paint { unit: unit as u32, ink });
    let is_ink = move |unit: usize| {
        picture.with_untracked(|picture| {
            picture.as_ref().and_then(|picture| picture.state.get(unit)).is_some_and(|value| *value > 0)
        })
    };
    let on_point = Callback::new(move |event: PointEvent| {
        let unit = picture.with_untracked(|picture| picture.as_ref()?.unit_at(event.x, event.y, event.width));
        match (event.kind, unit) {
            (Stroke::Down, Some(unit)) => {
                cursor.set(None);
                let wanted = !is_ink(unit);
                ink.set(Some(wanted));
                paint(unit, wanted);
            }
            (Stroke::Move, Some(unit)) => {
                if let Some(wanted) = ink.get_untracked().filter(|wanted| *wanted != is_ink(unit)) {
                    paint(unit, wanted);
                }
            }
            (Stroke::Up | Stroke::Leave, _) => ink.set(None),
            _ => {}
        }
    });
    let on_key = Callback::new(move |key: String| {
        let Some(side) = picture.with_untracked(|picture| picture.as_ref().map(|picture| picture.side)) else { return };
        let at = cursor.get_untracked().unwrap_or(0).min(side * side - 1);
        let (row, column) = (at / side, at % side);
        let place = match key.as_str() {
            "ArrowLeft" => (row, column.saturating_sub(1)),
            "ArrowRight" => (row, (column + 1).min(side - 1)),
            "ArrowUp" => (row.saturating_sub(1), column),
            "ArrowDown" => ((row + 1).min(side - 1), column),
            " " => {
                paint(at, !is_ink(at));
                (row, column)
            }
            "Escape" => return cursor.set(None),
            _ => return,
        };
        cursor.set(Some(place.0 * side + place.1));
    });
    let damage = move || {
        session.settings.with(|settings| {
            let percent = |share: f32| (share * 100.0).round();
            let hidden = match settings.mask > 0.0 {
                true => format!(", and {} % of the rows hidden", percent(settings.mask)),
                false => String::new(),
            };
            format!("{} % of the pixels were flipped{hidden}", percent(settings.noise))
        })
    };
    view! {
        <Figure
            id="recall"
            replay=replay(session.bench)
            technique="state-reconstruction"
            title="The state, and what it is most like"
            picture
            on_point
            on_key
            drag=true
            controls=move || view! {
                <div class="chips">
                    <button type="button" on:click=move |_| {
                        session.bench.act(Action::Reset);
                        session.bench.act(Action::Train);
                    }>
                        "Damage it again and let it recall"
                    </button>
                </div>
            }.into_any()
        >
            <strong>"Press Train and watch the dots vanish."</strong>
            " Each dot is a pixel that differs from the pattern on the right; the framed pixel is asked next. At first "
            {damage}
            ". Paint on the left to damage it yourself; with keys, arrows move and Space flips. "
            <span data-readout="diagnosis">{move || figures::from_view(session, figures::sentence)}</span>
        </Figure>
    }
}

/// The energy in space; a drag turns it.
#[component]
fn EnergySurface(session: Session<Hopfield>) -> impl IntoView {
    let turn = RwSignal::new(FRONT);
    let picture = figures::surface(session, turn);
    let held = RwSignal::new(None::<f64>);
    let on_point = Callback::new(move |event: PointEvent| match event.kind {
        Stroke::Down => held.set(Some(event.x)),
        Stroke::Move => {
            if let Some(from) = held.get_untracked() {
                turn.update(|turn| *turn += (event.x - from) / event.width.max(1.0) * 4.0);
                held.set(Some(event.x));
            }
        }
        Stroke::Up | Stroke::Leave => held.set(None),
        Stroke::Hover => {}
    });
    let on_key = Callback::new(move |key: String| match key.as_str() {
        "ArrowLeft" => turn.update(|turn| *turn -= 0.15),
        "ArrowRight" => turn.update(|turn| *turn += 0.15),
        _ => {}
    });
    view! {
        <Figure
            id="surface"
            replay=replay(session.bench)
            technique="loss-landscape"
            title="Energy over a plane of states"
            picture
            on_point
            on_key
            empty="A plane needs two stored patterns that differ."
        >
            <strong>"Drag to turn it, and follow the orange path down."</strong>
            " The corners are two stored patterns and their reverses. Between them, the height is the formula’s energy for values between −1 and 1. "
            "The path is drawn at the state’s true energy: it may float beside the surface, because a state has many more directions than these two."
        </Figure>
    }
}
