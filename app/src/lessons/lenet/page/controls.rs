//! The lesson's own settings, above the bench.

use leptos::prelude::*;
use models::{foundations::mlp::Activation, vision::lenet::Pooling};

use crate::{
    lessons::{lenet::Lenet, pictures::page::ExamplesChips},
    session::Session,
    site::{
        embed::Setting,
        learning::{BatchSlider, OptimizerChips, RateSlider, SeedField},
    },
    widgets::Chips,
};

/// Rate, batch, seed, pictures, bend, pooling, optimiser.
#[component]
pub fn Controls(
    /// The main session.
    session: Session<Lenet>,
) -> impl IntoView {
    let settings = session.settings;
    view! {
        <div class="fields">
            <RateSlider
                rate=Signal::derive(move || settings.with(|settings| settings.rate))
                on_change=Callback::new(move |rate: f32| session.change(|settings| settings.rate = rate))
            />
            <BatchSlider
                batch=Signal::derive(move || settings.with(|settings| settings.batch))
                on_change=Callback::new(move |batch: u32| session.change(|settings| settings.batch = batch))
            />
            <SeedField
                seed=Signal::derive(move || settings.with(|settings| settings.seed))
                on_change=Callback::new(move |seed: u32| session.change(|settings| settings.seed = seed))
            />
            <ExamplesChips
                value=Signal::derive(move || settings.with(|settings| settings.examples))
                on_change=Callback::new(move |count: u32| session.change(|settings| settings.examples = count))
            />
            <Setting key="act">
                <Chips
                    label="Bend of each unit"
                    options={Activation::ALL.iter().map(|kind| (*kind, kind.name().to_string())).collect::<Vec<_>>()}
                    value=Signal::derive(move || settings.with(|settings| settings.activation))
                    on_change=Callback::new(move |kind: Activation| session.change(|settings| {
                        settings.activation = kind;
                        settings.pretrained = false;
                    }))
                />
            </Setting>
            <Setting key="pool">
                <Chips
                    label="Four neighbours become their"
                    options={Pooling::ALL.iter().map(|kind| (*kind, kind.name().to_string())).collect::<Vec<_>>()}
                    value=Signal::derive(move || settings.with(|settings| settings.pooling))
                    on_change=Callback::new(move |kind: Pooling| session.change(|settings| {
                        settings.pooling = kind;
                        settings.pretrained = false;
                    }))
                />
            </Setting>
            <OptimizerChips
                optimizer=Signal::derive(move || settings.with(|settings| settings.optimizer))
                on_change=Callback::new(move |kind| session.change(|settings| settings.optimizer = kind))
            />
        </div>
    }
}
