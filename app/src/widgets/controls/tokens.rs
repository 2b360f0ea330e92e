//! A sentence as the pieces that a network reads.

use leptos::{ev, html, prelude::*};

use super::{super::browser::focus, unique_id};

/// One piece.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Token {
    /// What it says.
    pub text: String,
    /// It goes on with the word that the piece before it began.
    pub joined: bool,
    /// It is no word of the text: a mark of begin or end, or a piece that is not known.
    pub special: bool,
    /// It is not what it should be.
    pub wrong: bool,
}

/// Pieces side by side; those of one word touch, with a seam between them. One can be chosen: arrow keys move, Tab goes
/// past.
#[component]
pub fn Tokens(
    /// What the pieces are.
    #[prop(into)]
    label: Signal<String>,
    /// The pieces.
    #[prop(into)]
    tokens: Signal<Vec<Token>>,
    /// The chosen one.
    #[prop(into)]
    chosen: Signal<Option<usize>>,
    /// Called with the piece that the reader chooses; without it they can only be read.
    #[prop(optional, into)]
    on_choose: Option<Callback<usize>>,
) -> impl IntoView {
    let label_id = unique_id("tokens");
    let labelled_by = label_id.clone();
    let group = NodeRef::<html::Div>::new();
    let choose = move |index: usize| {
        if let Some(on_choose) = on_choose {
            on_choose.run(index);
        }
    };
    let keys = move |event: ev::KeyboardEvent, at: usize| {
        let count = tokens.with_untracked(Vec::len);
        let next = match event.key().as_str() {
            "ArrowRight" | "ArrowDown" => (at + 1) % count.max(1),
            "ArrowLeft" | "ArrowUp" => (at + count.max(1) - 1) % count.max(1),
            "Home" => 0,
            "End" => count.saturating_sub(1),
            _ => return,
        };
        event.prevent_default();
        choose(next);
        if let Some(piece) = group.get_untracked().and_then(|group| group.children().item(next as u32)) {
            focus(&piece);
        }
    };
    let piece = move |(index, token, goes_on): (usize, Token, bool), chosen: Option<usize>| {
        let is_chosen = chosen == Some(index);
        let class = format!(
            "token{}{}{}{}",
            if token.joined { " joined" } else { "" },
            if goes_on { " goes-on" } else { "" },
            if token.special { " special" } else { "" },
            if token.wrong { " wrong" } else { "" },
        );
        match on_choose {
            Some(_) => view! {
                <button
                    type="button"
                    class=class
                    role="radio"
                    aria-checked=is_chosen.to_string()
                    tabindex=if chosen.unwrap_or(0) == index { "0" } else { "-1" }
                    on:click=move |_| choose(index)
                    on:keydown=move |event| keys(event, index)
                >
                    {token.text}
                </button>
            }
            .into_any(),
            None => view! { <span class=class aria-current=is_chosen.then_some("true")>{token.text}</span> }.into_any(),
        }
    };
    // Read for all pieces at once. A piece that followed the signals itself would stay on the list of those who follow
    // them, as long as they do not change, also when training has long put another one in its place.
    let shown = Memo::new(move |_| (tokens.get(), chosen.get()));
    let pieces = move || {
        shown.with(|(tokens, chosen)| {
            let next = |index: usize| tokens.get(index + 1).is_some_and(|token| token.joined);
            let pieces = tokens.iter().enumerate();
            pieces.map(|(index, token)| piece((index, token.clone(), next(index)), *chosen)).collect_view()
        })
    };
    view! {
        <div class="tokens-field">
            <span class="control-label" id=label_id>{label}</span>
            <div class="tokens" role=if on_choose.is_some() { "radiogroup" } else { "group" } aria-labelledby=labelled_by node_ref=group>
                {pieces}
            </div>
        </div>
    }
}
