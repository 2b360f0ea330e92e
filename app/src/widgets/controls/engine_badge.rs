//! What computes, and why that.

use leptos::prelude::*;

/// The engine's name and reason as a small badge; it opens to show a long reason in full.
#[component]
pub fn EngineBadge(
    /// The engine: "CPU", "GPU".
    #[prop(into)]
    name: Signal<String>,
    /// Why this one.
    #[prop(into)]
    reason: Signal<String>,
    /// Does it work as it should?
    #[prop(default = Signal::stored(true), into)]
    ok: Signal<bool>,
) -> impl IntoView {
    view! {
        <details class="engine-badge" data-ok=move || ok.get().to_string()>
            <summary>
                <span class="engine-dot" aria-hidden="true"></span>
                <span class="engine-words">
                    {name}
                    {move || reason.with(|reason| (!reason.is_empty()).then(|| format!(" · {reason}")))}
                </span>
            </summary>
            <p>{move || reason.with(|reason| if reason.is_empty() { "No reason given.".to_owned() } else { reason.clone() })}</p>
        </details>
    }
}
