//! A number to type.

use leptos::{ev, prelude::*};
use web_sys::HtmlInputElement;

use super::unique_id;

/// What a typed number becomes: whole if it must be, and within its bounds.
fn tidy(typed: f64, min: f64, max: f64, integer: bool) -> Option<f64> {
    let value = if integer { typed.round() } else { typed };
    value.is_finite().then(|| value.max(min).min(max))
}

/// A labelled field for a number; what lies outside the bounds becomes the nearest bound.
#[component]
pub fn NumberField(
    /// What the number is.
    #[prop(into)]
    label: String,
    /// The number.
    #[prop(into)]
    value: Signal<f64>,
    /// The least.
    min: f64,
    /// The greatest.
    max: f64,
    /// By how much the arrow keys change it; 1 for whole numbers, else any.
    #[prop(optional)]
    step: f64,
    /// Only whole numbers?
    #[prop(optional)]
    integer: bool,
    /// One sentence more.
    #[prop(optional, into)]
    help: String,
    /// Called with a number within the bounds.
    #[prop(into)]
    on_change: Callback<f64>,
) -> impl IntoView {
    let id = unique_id("number");
    let label_for = id.clone();
    let help_id = (!help.is_empty()).then(|| unique_id("number-help"));
    let described_by = help_id.clone();
    let step = match (step > 0.0, integer) {
        (true, _) => step.to_string(),
        (false, true) => "1".to_owned(),
        (false, false) => "any".to_owned(),
    };
    let take = move |event: ev::Event| {
        let field = event_target::<HtmlInputElement>(&event);
        let typed = field.value().trim().parse().ok().and_then(|typed| tidy(typed, min, max, integer));
        // What cannot be read leaves the number as it was.
        let next = typed.unwrap_or_else(|| value.get_untracked());
        field.set_value(&next.to_string());
        if typed.is_some() && next != value.get_untracked() {
            on_change.run(next);
        }
    };
    view! {
        <div class="control">
            <label class="control-label" for=label_for>{label}</label>
            <input
                id=id
                type="number"
                inputmode=if integer { "numeric" } else { "decimal" }
                min=min.to_string()
                max=max.to_string()
                step=step
                prop:value=move || value.get().to_string()
                aria-describedby=described_by
                on:change=take
            />
            {help_id.map(|id| view! { <p class="control-help" id=id>{help}</p> })}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::tidy;

    #[test]
    fn typed_numbers_are_kept_in_bounds() {
        assert_eq!(tidy(3.4, 1.0, 5.0, true), Some(3.0));
        assert_eq!(tidy(3.4, 1.0, 5.0, false), Some(3.4));
        assert_eq!(tidy(-7.0, 1.0, 5.0, true), Some(1.0));
        assert_eq!(tidy(1e9, 1.0, 5.0, false), Some(5.0));
        assert_eq!(tidy(f64::NAN, 1.0, 5.0, false), None);
    }
}
