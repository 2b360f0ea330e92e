//! One measured number.

use leptos::prelude::*;

/// A number with its name below, also found by tests under `data-readout`.
#[component]
pub fn Readout(
    /// Its name for tests.
    name: &'static str,
    /// Its name for readers.
    #[prop(into)]
    label: Signal<String>,
    /// The number as text.
    #[prop(into)]
    value: Signal<String>,
) -> impl IntoView {
    view! {
        <div class="readout">
            <b data-readout=name>{value}</b>
            <span>{label}</span>
        </div>
    }
}
