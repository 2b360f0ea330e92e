//! A few names of which one is chosen.

use leptos::{ev, html, prelude::*};

use super::{super::browser::focus, unique_id};

/// A radio group drawn as chips: arrow keys move and choose, Tab goes past.
#[component]
pub fn Chips<T: Clone + PartialEq + Send + Sync + 'static>(
    /// What is chosen.
    #[prop(into)]
    label: String,
    /// The values and their names.
    options: Vec<(T, String)>,
    /// The chosen value.
    #[prop(into)]
    value: Signal<T>,
    /// Called with another value when the reader chooses one.
    #[prop(into)]
    on_change: Callback<T>,
) -> impl IntoView {
    let label_id = unique_id("chips");
    let labelled_by = label_id.clone();
    let group = NodeRef::<html::Div>::new();
    let (values, names): (Vec<T>, Vec<String>) = options.into_iter().unzip();
    let count = values.len();
    let values = StoredValue::new(values);
    let chosen = Memo::new(move |_| {
        value.with(|value| values.with_value(|values| values.iter().position(|option| option == value)))
    });
    let choose = move |index: usize| {
        if chosen.get_untracked() != Some(index)
            && let Some(value) = values.with_value(|values| values.get(index).cloned())
        {
            on_change.run(value);
        }
    };
    let keys = move |event: ev::KeyboardEvent, at: usize| {
        let next = match event.key().as_str() {
            "ArrowRight" | "ArrowDown" => (at + 1) % count,
            "ArrowLeft" | "ArrowUp" => (at + count - 1) % count,
            "Home" => 0,
            "End" => count - 1,
            _ => return,
        };
        event.prevent_default();
        choose(next);
        if let Some(chip) = group.get_untracked().and_then(|group| group.children().item(next as u32)) {
            focus(&chip);
        }
    };
    view! {
        <div class="chips-field">
            <span class="control-label" id=label_id>{label}</span>
            <div class="chips" role="radiogroup" aria-labelledby=labelled_by node_ref=group>
                {names
                    .into_iter()
                    .enumerate()
                    .map(|(index, name)| {
                        let is_chosen = move || chosen.get() == Some(index);
                        // One chip is in the Tab order: the chosen one, else the first.
                        let in_order = move || chosen.get().unwrap_or(0) == index;
                        view! {
                            <button
                                type="button"
                                class="chip"
                                role="radio"
                                aria-checked=move || is_chosen().to_string()
                                tabindex=move || if in_order() { "0" } else { "-1" }
                                on:click=move |_| choose(index)
                                on:keydown=move |event| keys(event, index)
                            >
                                {name}
                            </button>
                        }
                    })
                    .collect_view()}
            </div>
        </div>
    }
}
