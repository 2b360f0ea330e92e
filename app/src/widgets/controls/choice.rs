//! One of many names.

use leptos::prelude::*;

use super::unique_id;

/// A labelled list to choose from, for more names than chips can hold.
#[component]
pub fn Choice<T: Clone + PartialEq + Send + Sync + 'static>(
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
    let id = unique_id("choice");
    let label_for = id.clone();
    let (values, names): (Vec<T>, Vec<String>) = options.into_iter().unzip();
    let values = StoredValue::new(values);
    let chosen = Memo::new(move |_| {
        value.with(|value| values.with_value(|values| values.iter().position(|option| option == value)))
    });
    let choose = move |event| {
        let index = event_target_value(&event).parse::<usize>().ok();
        if let Some(value) = index.and_then(|index| values.with_value(|values| values.get(index).cloned())) {
            on_change.run(value);
        }
    };
    view! {
        <div class="control">
            <label class="control-label" for=label_for>{label}</label>
            <select id=id on:change=choose>
                {names
                    .into_iter()
                    .enumerate()
                    .map(|(index, name)| {
                        view! {
                            <option value=index.to_string() prop:selected=move || chosen.get() == Some(index)>{name}</option>
                        }
                    })
                    .collect_view()}
            </select>
        </div>
    }
}
