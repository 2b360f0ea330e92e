//! The lesson's own settings, above the bench, and its numbers on it.

use leptos::prelude::*;

use super::desk::Desk;
use crate::{
    lessons::alexnet::Which,
    site::{embed::Setting, learning::SeedField},
    widgets::{Chips, Readout},
};

/// Who gets the camera's frames, and the seed.
#[component]
pub fn Controls(
    /// The reader's desk.
    desk: Desk,
) -> impl IntoView {
    let settings = desk.session.settings;
    view! {
        <div class="fields">
            <Setting key="live">
                <Chips
                    label="The camera’s pictures go to"
                    options=Which::ALL.map(|which| (which, which.name().to_owned())).to_vec()
                    value=Signal::derive(move || settings.with(|settings| settings.live))
                    on_change=Callback::new(move |which: Which| {
                        desk.want(which);
                        desk.session.change(|settings| settings.live = which);
                    })
                />
            </Setting>
            <SeedField
                seed=Signal::derive(move || settings.with(|settings| settings.seed))
                on_change=Callback::new(move |seed: u32| desk.session.change(|settings| settings.seed = seed))
            />
        </div>
    }
}

/// How long an answer and an explanation take.
#[component]
pub fn Times(
    /// The reader's desk.
    desk: Desk,
) -> impl IntoView {
    let answer = move || desk.with(Which::AlexNet, |view| view.milliseconds);
    let reasons = move || {
        desk.with(Which::AlexNet, |view| view.explanation.as_ref().map(|explanation| explanation.milliseconds))
            .flatten()
    };
    let told = |time: Option<f32>| time.map(|time| format!("{time:.1}")).unwrap_or_default();
    view! {
        <Readout name="time" label="ms for an answer" value=Signal::derive(move || told(answer())) />
        <Readout name="explain-time" label="ms for its reasons" value=Signal::derive(move || told(reasons())) />
    }
}
