//! A number to slide.

use leptos::prelude::*;

use super::{super::format::number, slider_scale::SliderScale, unique_id};

/// A labelled slider that shows its value; it can be logarithmic and have marks.
#[component]
pub fn Slider(
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
    /// The distance of two values; without it they are spread evenly.
    #[prop(optional)]
    step: f64,
    /// Equal ratios at equal distances?
    #[prop(optional)]
    log: bool,
    /// Shown behind the value.
    #[prop(optional, into)]
    unit: String,
    /// One sentence more.
    #[prop(optional, into)]
    help: String,
    /// Values with a name below the slider.
    #[prop(optional, into)]
    marks: Signal<Vec<(f64, String)>>,
    /// What is said of a value, where its number alone says nothing.
    #[prop(optional)]
    words: Option<Callback<f64, String>>,
    /// Called with each value that the reader slides over.
    #[prop(into)]
    on_change: Callback<f64>,
) -> impl IntoView {
    let id = unique_id("slider");
    let (label_for, output_for) = (id.clone(), id.clone());
    let help_id = (!help.is_empty()).then(|| unique_id("slider-help"));
    let described_by = help_id.clone();
    let scale = StoredValue::new(SliderScale::new(min, max, step, log));
    let last = scale.with_value(SliderScale::last);
    let notch = move || scale.with_value(|scale| scale.notch(value.get()));
    let text = Memo::new(move |_| {
        let shown = match words {
            Some(words) => words.run(value.get()),
            None => number(value.get()),
        };
        if unit.is_empty() { shown } else { format!("{shown} {unit}") }
    });
    let slide = move |event| {
        if let Ok(notch) = event_target_value(&event).parse::<f64>() {
            let next = scale.with_value(|scale| scale.value(notch.round() as usize));
            if next != value.get_untracked() {
                on_change.run(next);
            }
        }
    };
    let shown_marks = move || {
        let marks = marks.get();
        (!marks.is_empty()).then(|| {
            let marks = marks
                .into_iter()
                .map(|(at, name)| {
                    let share = scale.with_value(|scale| scale.notch(at)) as f64 / last.max(1) as f64;
                    view! { <span style=format!("--share: {share:.4}")>{name}</span> }
                })
                .collect_view();
            view! { <div class="slider-marks" aria-hidden="true">{marks}</div> }
        })
    };
    view! {
        <div class="control slider">
            <div class="slider-head">
                <label class="control-label" for=label_for>{label}</label>
                // Spoken by the slider itself, so it is not a live region.
                <output for=output_for aria-live="off">{text}</output>
            </div>
            <input
                id=id
                type="range"
                min="0"
                max=last.to_string()
                step="1"
                prop:value=move || notch().to_string()
                aria-valuetext=text
                aria-describedby=described_by
                on:input=slide
            />
            {shown_marks}
            {help_id.map(|id| view! { <p class="control-help" id=id>{help}</p> })}
        </div>
    }
}
