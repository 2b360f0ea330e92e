//! The settings that every network has which is trained: rate, batch, optimiser, seed, the rule that stops it.

use leptos::prelude::*;
use models::train::optimizer::OptimizerKind;

use super::embed::Setting;
use crate::{
    session::{
        Session,
        protocol::{MOST_STOP, Protocol, Settings},
    },
    widgets::{Chips, NumberField, Slider},
};

/// How far a step goes, taken over while it trains.
#[component]
pub fn RateSlider(
    /// The rate.
    #[prop(into)]
    rate: Signal<f32>,
    /// The largest that can be chosen.
    #[prop(default = 1.0)]
    max: f64,
    /// Takes another one.
    #[prop(into)]
    on_change: Callback<f32>,
) -> impl IntoView {
    view! {
        <Setting key="rate">
            <Slider
                label="Learning rate"
                value=Signal::derive(move || rate.get().into())
                min=0.0001
                max=max
                log=true
                on_change=Callback::new(move |rate: f64| on_change.run(rate as f32))
            />
        </Setting>
    }
}

/// Examples per step, taken over while it trains.
#[component]
pub fn BatchSlider(
    /// The size of a batch.
    #[prop(into)]
    batch: Signal<u32>,
    /// Takes another one.
    #[prop(into)]
    on_change: Callback<u32>,
) -> impl IntoView {
    view! {
        <Setting key="batch">
            <Slider
                label="Batch size"
                value=Signal::derive(move || batch.get().into())
                min=1.0
                max=256.0
                step=1.0
                log=true
                on_change=Callback::new(move |batch: f64| on_change.run(batch.round() as u32))
            />
        </Setting>
    }
}

/// How a gradient becomes a step.
#[component]
pub fn OptimizerChips(
    /// The optimiser.
    #[prop(into)]
    optimizer: Signal<OptimizerKind>,
    /// Takes another one.
    #[prop(into)]
    on_change: Callback<OptimizerKind>,
) -> impl IntoView {
    let options = OptimizerKind::ALL.map(|kind| (kind, kind.name().to_owned())).to_vec();
    view! { <Setting key="opt"><Chips label="Optimiser" options value=optimizer on_change /></Setting> }
}

/// The seed of a run.
#[component]
pub fn SeedField(
    /// The seed.
    #[prop(into)]
    seed: Signal<u32>,
    /// Takes another one.
    #[prop(into)]
    on_change: Callback<u32>,
) -> impl IntoView {
    view! {
        <Setting key="seed">
            <NumberField
                label="Seed"
                value=Signal::derive(move || seed.get().into())
                min=0.0
                max=999_999.0
                integer=true
                on_change=Callback::new(move |seed: f64| on_change.run(seed as u32))
            />
        </Setting>
    }
}

/// When a run stops by itself, in lessons that have such a rule.
#[component]
pub fn StopField<P: Protocol>(
    /// The main session.
    session: Session<P>,
) -> impl IntoView {
    let stop = Memo::new(move |_| session.settings.get().stop_rule().copied());
    let (key, counted) = P::Settings::STOP;
    let change = move |stop: f64| {
        session.change(|settings| {
            if let Some(rule) = settings.stop_rule() {
                *rule = stop as u32;
            }
        });
    };
    stop.get_untracked().map(|_| {
        view! {
            <Setting key>
                <NumberField
                    label=format!("Stop after so many {counted}")
                    value=Signal::derive(move || stop.get().unwrap_or_default().into())
                    min=0.0
                    max=MOST_STOP.into()
                    integer=true
                    help="0 goes on for ever."
                    on_change=Callback::new(change)
                />
            </Setting>
        }
    })
}
