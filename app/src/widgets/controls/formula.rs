//! Formulas in MathML whose terms light up together with the source and the picture.

use leptos::{ev, prelude::*};

/// The terms of one formula in reading order.
#[derive(Clone, Copy)]
struct Terms(StoredValue<Vec<Known>>);

/// A term's id, and whom to tell when it is looked at.
type Known = (&'static str, Callback<Option<&'static str>>);

/// A formula; with the keyboard, arrow keys go through its terms.
#[component]
pub fn Formula(
    /// The formula in words.
    #[prop(into)]
    label: String,
    /// The formula in MathML.
    children: Children,
) -> impl IntoView {
    view! {
        <Keys>
            <math display="block" aria-label=label>
                {children()}
            </math>
        </Keys>
    }
}

/// Formulas that belong together: beside each other, or below where there is no room. Each is a formula of its own, for no
/// browser but Chromium breaks one.
#[component]
pub fn Formulas(
    /// All of them in words.
    #[prop(into)]
    label: String,
    /// Whether they are the pieces of one formula, which may break between them.
    #[prop(optional)]
    one: bool,
    /// Each of them, in MathML.
    children: ChildrenFragment,
) -> impl IntoView {
    view! {
        <Keys>
            <div class="beside" class:one=one role="math" aria-label=label>
                {children().nodes.into_iter().map(|formula| view! { <math display="block">{formula}</math> }).collect_view()}
            </div>
        </Keys>
    }
}

/// What goes through the terms of the formulas in it.
#[component]
fn Keys(children: Children) -> impl IntoView {
    let terms = Terms(StoredValue::new(Vec::new()));
    provide_context(terms);
    let at = StoredValue::new(None::<usize>);
    let light = move |index: Option<usize>| {
        at.set_value(index);
        terms.0.with_value(|terms| match index.and_then(|index| terms.get(index)) {
            Some((id, on_hover)) => on_hover.run(Some(id)),
            None => {
                if let Some((_, on_hover)) = terms.first() {
                    on_hover.run(None);
                }
            }
        });
    };
    let keys = move |event: ev::KeyboardEvent| {
        let count = terms.0.with_value(Vec::len);
        if count == 0 {
            return;
        }
        let next = match (event.key().as_str(), at.get_value()) {
            ("ArrowRight", at) => Some(at.map_or(0, |at| (at + 1) % count)),
            ("ArrowLeft", at) => Some(at.map_or(count - 1, |at| (at + count - 1) % count)),
            ("Escape", Some(_)) => None,
            _ => return,
        };
        event.prevent_default();
        light(next);
    };
    let left = move |_: ev::FocusEvent| {
        if at.get_value().is_some() {
            light(None);
        }
    };
    let children = children();
    let group =
        if terms.0.with_value(Vec::is_empty) { "Formula" } else { "Formula; left and right go through its terms" };
    view! {
        <div class="formula" role="group" aria-label=group tabindex="0" on:keydown=keys on:blur=left>
            {children}
        </div>
    }
}

/// A term of a formula: it lights what belongs to it, and is lit by it.
#[component]
pub fn Term(
    /// The part it stands for.
    id: &'static str,
    /// The part that is lit now.
    #[prop(into)]
    lit: Signal<Option<&'static str>>,
    /// Called with the part to light, and with `None` when the reader goes on.
    #[prop(into)]
    on_hover: Callback<Option<&'static str>>,
    /// The term in MathML.
    children: Children,
) -> impl IntoView {
    if let Some(terms) = use_context::<Terms>() {
        terms.0.update_value(|terms| terms.push((id, on_hover)));
    }
    view! {
        <mrow
            class="term"
            class:lit=move || lit.get() == Some(id)
            on:pointerenter=move |_| on_hover.run(Some(id))
            on:pointerleave=move |_| on_hover.run(None)
        >
            {children()}
        </mrow>
    }
}

/// Brackets around a part of a formula. They stand in a row of their own with it, so that a fraction further on does not
/// stretch them.
#[component]
pub fn Brackets(
    /// What opens and what closes.
    #[prop(default = "()")]
    pair: &'static str,
    /// As tall as what they hold, for a fraction or a sum; else as tall as letters.
    #[prop(optional)]
    tall: bool,
    /// What they hold, in MathML.
    children: Children,
) -> impl IntoView {
    let (opens, closes) = pair.split_at(1);
    let stretchy = if tall { "true" } else { "false" };
    view! { <mrow><mo stretchy=stretchy>{opens}</mo>{children()}<mo stretchy=stretchy>{closes}</mo></mrow> }
}

/// The bar of a condition, as in p(x|z).
#[component]
pub fn Given() -> impl IntoView {
    view! { <mo stretchy="false" lspace="0.12em" rspace="0.12em">"|"</mo> }
}

/// A function whose name is a word, such as ln, with a thin space between it and its neighbours.
#[component]
pub fn Named(
    /// The word.
    word: &'static str,
) -> impl IntoView {
    view! { <mo lspace="0.17em" rspace="0.17em">{word}</mo> }
}
