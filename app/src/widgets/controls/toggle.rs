//! On or off.

use leptos::prelude::*;

use super::unique_id;

/// A labelled switch.
#[component]
pub fn Toggle(
    /// What is on or off.
    #[prop(into)]
    label: String,
    /// Is it on?
    #[prop(into)]
    value: Signal<bool>,
    /// One sentence more.
    #[prop(optional, into)]
    help: String,
    /// Called when the reader turns it.
    #[prop(into)]
    on_change: Callback<bool>,
) -> impl IntoView {
    let help_id = (!help.is_empty()).then(|| unique_id("toggle-help"));
    let described_by = help_id.clone();
    view! {
        <div class="control">
            <label class="toggle">
                <input
                    type="checkbox"
                    role="switch"
                    prop:checked=move || value.get()
                    aria-describedby=described_by
                    on:change=move |event| on_change.run(event_target_checked(&event))
                />
                <span>{label}</span>
            </label>
            {help_id.map(|id| view! { <p class="control-help" id=id>{help}</p> })}
        </div>
    }
}
