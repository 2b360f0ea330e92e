//! How far something is.

use leptos::prelude::*;

use super::unique_id;

/// A labelled bar, with the share in words and what can be done about it; it moves by itself while the share is unknown.
#[component]
pub fn ProgressBar(
    /// What is under way.
    #[prop(into)]
    label: Signal<String>,
    /// How far, 0 to 1; `None` while that is unknown.
    #[prop(into)]
    value: Signal<Option<f64>>,
    /// What can be done about it, a button.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let id = unique_id("progress");
    let label_for = id.clone();
    let share = move || value.get().filter(|share| share.is_finite()).map(|share| share.clamp(0.0, 1.0));
    view! {
        <div class="progress">
            <label for=label_for>{label}</label>
            <span class="progress-share">{move || share().map(|share| format!("{:.0} %", share * 100.0))}</span>
            {children.map(|children| children())}
            <progress id=id max="1" value=move || share().map(|share| format!("{share:.3}"))></progress>
        </div>
    }
}
