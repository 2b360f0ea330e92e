//! The instruments of language: attention, heads, one query, positions, pieces of words.

use leptos::prelude::*;

use super::{Shown, figure, samples, shown};
use crate::widgets::*;

/// All of them, with sample numbers.
#[component]
pub fn Language(state: Shown) -> impl IntoView {
    view! {
        <h2>"Language"</h2>
        <div class="gallery-grid">
            <Matrix state lines=false />
            <Matrix state lines=true />
            <AllHeads state />
            <Waves state />
            {figure(
                "gallery-words", "embedding-projection", "Words on a plane", state, samples::words,
                "Near ones are alike. Where there is no room a word is a dot, and the pointer names it.",
            )}
            {figure(
                "gallery-beam", "attention-heatmap", "Beam search", state, samples::beam,
                "Filled boxes are the answer, pale ones were dropped. The numbers are sums of log probabilities.",
            )}
        </div>
        <Walk state />
        <Pieces />
    }
}

#[component]
fn Matrix(state: Shown, lines: bool) -> impl IntoView {
    let focus = RwSignal::new(Spot { query: Some(2), key: None });
    let picture = shown(state, move || Attention { lines, focus: focus.get(), ..samples::attention() });
    let on_point = Callback::new(move |event: PointEvent| {
        let spot = picture.with_untracked(|it| it.as_ref().map(|it| it.spot_at(event.x, event.y, event.width)));
        focus.set(spot.filter(|_| event.kind != Stroke::Leave).unwrap_or_default());
    });
    let on_key = Callback::new(move |key: String| {
        let size = picture.with_untracked(|it| it.as_ref().map(|it| (it.queries.len(), it.keys.len())));
        let (rows, columns) = size.unwrap_or_default();
        focus.update(|focus| *focus = focus.step(&key, rows, columns));
    });
    let (id, title) =
        if lines { ("gallery-lines", "Attention, lines") } else { ("gallery-attention", "Attention, matrix") };
    view! {
        <Figure
            id
            technique="attention-heatmap"
            title
            picture
            state=state
            on_point
            on_key
            problem="Here a lesson says in one sentence what went wrong."
        >
            <strong>"Point at a word, or use the arrow keys."</strong>
            " Ink is weight. Two rows of words where they fit, two columns where they do not."
        </Figure>
    }
}

#[component]
fn AllHeads(state: Shown) -> impl IntoView {
    let chosen = RwSignal::new(Some((0, 1)));
    let sorted = RwSignal::new(false);
    let picture = shown(state, move || {
        let heads = Heads { chosen: chosen.get(), ..samples::heads() };
        if sorted.get() { heads.sorted() } else { heads }
    });
    // A place among sorted heads is another one than among layers: what is kept is the head.
    let choose = move |place: Option<(usize, usize)>| {
        let name = picture.with_untracked(|heads| Some(heads.as_ref()?.head(place?)?.name.clone()));
        let heads = samples::heads();
        let found = heads.groups.iter().enumerate().find_map(|(group, it)| {
            it.heads.iter().position(|head| Some(&head.name) == name.as_ref()).map(|head| (group, head))
        });
        if found.is_some() {
            chosen.set(found);
        }
    };
    let on_point = Callback::new(move |event: PointEvent| {
        if event.kind == Stroke::Down {
            choose(picture.with_untracked(|heads| heads.as_ref()?.head_at(event.x, event.y, event.width)));
        }
    });
    let on_key = Callback::new(move |key: String| choose(picture.with_untracked(|heads| heads.as_ref()?.step(&key))));
    view! {
        <Figure
            id="gallery-heads"
            technique="attention-heatmap"
            title="All heads"
            picture
            state=state
            on_point
            on_key
            problem="Here a lesson says in one sentence what went wrong."
            controls=move || view! {
                <Toggle label="Sorted by score" value=sorted on_change=Callback::new(move |on: bool| sorted.set(on)) />
            }
        >
            <strong>"Choose one."</strong>
            " Below each its name and its score; one is switched off."
        </Figure>
    }
}

#[component]
fn Waves(state: Shown) -> impl IntoView {
    let focus = RwSignal::new(Some(12));
    let picture = shown(state, move || Positions { focus: focus.get(), ..Positions::sinusoidal(32, 64) });
    let on_point = Callback::new(move |event: PointEvent| {
        let at = picture.with_untracked(|it| it.as_ref().and_then(|it| it.position_at(event.y, event.width)));
        if let Some(at) = at.filter(|_| event.kind != Stroke::Leave) {
            focus.set(Some(at));
        }
    });
    view! {
        <Figure
            id="gallery-positions"
            technique="attention-heatmap"
            title="Positions"
            picture
            state=state
            on_point
            problem="Here a lesson says in one sentence what went wrong."
        >
            <strong>"Point at a position."</strong>
            " The line says how alike every other one is to it."
        </Figure>
    }
}

#[component]
fn Walk(state: Shown) -> impl IntoView {
    let focus = RwSignal::new(Trace::Score(3));
    let picture = shown(state, move || QueryWalk { focus: focus.get(), ..samples::walk() });
    let on_point = Callback::new(move |event: PointEvent| {
        let trace = picture.with_untracked(|it| it.as_ref().map(|it| it.trace_at(event.x, event.y, event.width)));
        if let Some(trace) = trace.filter(|trace| *trace != Trace::Nothing) {
            focus.set(trace);
        }
    });
    let on_key = Callback::new(move |key: String| {
        let size = picture.with_untracked(|it| it.as_ref().map(|it| (it.keys.len(), it.entries())));
        let (keys, entries) = size.unwrap_or_default();
        focus.update(|focus| *focus = focus.step(&key, keys, entries));
    });
    view! {
        <Figure
            id="gallery-walk"
            technique="attention-heatmap"
            title="One query"
            picture
            state=state
            on_point
            on_key
            problem="Here a lesson says in one sentence what went wrong."
        >
            <strong>"Point at a number, or use the arrow keys."</strong>
            " What it was made of is framed, and the sum stands below."
        </Figure>
    }
}

#[component]
fn Pieces() -> impl IntoView {
    let chosen = RwSignal::new(Some(2));
    let piece =
        |text: &str, joined: bool, special: bool| Token { text: text.into(), joined, special, wrong: text == "able" };
    let tokens = vec![
        piece("the", false, false),
        piece("ele", false, false),
        piece("phant", true, false),
        piece("is", false, false),
        piece("un", false, false),
        piece("usual", true, false),
        piece("ly", true, false),
        piece("end", false, true),
    ];
    view! {
        <Tokens
            label="Pieces of a sentence"
            tokens=Signal::stored(tokens)
            chosen
            on_choose=Callback::new(move |index| chosen.set(Some(index)))
        />
    }
}
